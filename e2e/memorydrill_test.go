//go:build e2e && drill

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// memoryGroups is where the kernel keeps groups of processes with limits of their memory.
const memoryGroups = "/sys/fs/cgroup/memory"

// TestDrillMemory has what a build needs run out of memory in the middle of it: the kernel kills it where it stands, or
// it goes on with what it has.
func TestDrillMemory(t *testing.T) {
	if _, err := os.Stat(memoryGroups); err != nil {
		t.Skipf("the memory of processes cannot be limited here: %s", err)
	}
	drilltest.Run(t, drilltest.Kind{
		Name: "builder, engine and containerd out of memory",
		Run: func(t *testing.T, d *drilltest.Drill) {
			t.Helper()
			forEachStore(t, func(t *testing.T, s *scenario) {
				n := newNeedy(t, s)
				for _, v := range n.victims() {
					if v.name == "registry" {
						continue // what it has said until then is all there is to see
					}
					for doubled := range 8 {
						if d.Short && doubled != int(d.Seed)%8 {
							continue
						}
						most := 64 << 10 << doubled
						t.Run(fmt.Sprint(v.name, "/", most>>10, " KB"), func(t *testing.T) {
							count := d.Try(t)
							count(1, n.loses(t, n.starved(t, v, most), stages()[0]))
						})
					}
				}
			}, containerdStore)
		},
	})
}

// starved is a victim that gets no more than so much memory from some moment on, in the place of being killed.
func (n *needy) starved(t *testing.T, v victim, most int) victim {
	t.Helper()
	group, err := os.MkdirTemp(memoryGroups, "drill-") //nolint:usetesting // it is no folder of a disk
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, dissolve(group)) })
	limit := func(to string) {
		assert.Check(t, os.WriteFile(filepath.Join(group, "memory.limit_in_bytes"), []byte(to), 0o600))
	}
	return victim{name: v.name + "-" + strconv.Itoa(most>>10), codes: v.codes, kill: func(t *testing.T) {
		t.Helper()
		limit(strconv.Itoa(most))
		pid := []byte(n.processOf(t, v))
		assert.Check(t, os.WriteFile(filepath.Join(group, "cgroup.procs"), pid, 0o600))
	}, revive: func(t *testing.T) {
		t.Helper()
		limit("-1")
		v.kill(t) // where the kernel has not
		v.revive(t)
	}}
}

// processOf is the number of a victim's process.
func (n *needy) processOf(t *testing.T, v victim) string {
	t.Helper()
	switch v.name {
	case "engine":
		return strconv.Itoa(n.engine.docker.Process.Pid)
	case "containerd":
		return strconv.Itoa(n.engine.containerd.Process.Pid)
	}
	inspected := n.docker("inspect", "--format", "{{.State.Pid}}", "buildx_buildkit_"+n.builder+"0").succeeds(t)
	first := strings.TrimSpace(inspected.Stdout)
	children, err := os.ReadFile(filepath.Join("/proc", first, "task", first, "children"))
	assert.NilError(t, err)
	daemon, _, _ := strings.Cut(string(children), " ") // of the init that containers of builders have
	return daemon
}

// dissolve removes a group, whose processes go on without a limit.
func dissolve(group string) error {
	left, err := os.ReadFile(filepath.Join(group, "cgroup.procs"))
	if err != nil {
		return err
	}
	for pid := range strings.FieldsSeq(string(left)) {
		_ = os.WriteFile(filepath.Join(memoryGroups, "cgroup.procs"), []byte(pid), 0o600) // it may have ended
	}
	return os.Remove(group)
}
