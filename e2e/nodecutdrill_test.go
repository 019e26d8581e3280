//go:build e2e && drill

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// TestDrillNodeIsCut takes the network of a node away in the middle of a build, which closes no connection: the platform
// of that node is built on another, within half a minute.
func TestDrillNodeIsCut(t *testing.T) {
	drilltest.Run(t, drilltest.Kind{Name: "a node's network is cut", Run: func(t *testing.T, d *drilltest.Drill) {
		t.Helper()
		count := d.Try(t)
		forEachStore(t, func(t *testing.T, s *scenario) { s.cutMidBuild(t) }, containerdStore)
		count(1, !t.Failed())
	}})
}

// cutMidBuild is the drill.
func (s *scenario) cutMidBuild(t *testing.T) {
	t.Helper()
	both := []string{"--platform", "linux/amd64,linux/arm64"}
	s.run(append([]string{"init"}, both...)...).succeeds(t)
	far := newFarDaemon(t, s)
	nodes := s.with("BUILDX_BUILDER=cut-" + s.id)
	nodes.run(append([]string{
		"init", "--node", "linux/amd64=docker-container://buildx_buildkit_" + s.builder + "0",
		"--node", "linux/arm64=" + far.address,
	}, both...)...).succeeds(t)
	id := strings.TrimSpace(s.docker("create", "--platform", "linux/amd64", "busybox").succeeds(t).Stdout)
	s.docker("cp", id+":/bin/busybox", filepath.Join(s.dir, "busybox")).succeeds(t)
	s.docker("rm", id).succeeds(t)
	s.write("gate/first", "")
	s.write("Dockerfile", "FROM scratch\nCOPY busybox /bin/\nCOPY gate /gate\nARG TARGETARCH\n"+
		`RUN ["/bin/busybox", "sh", "-c", "echo begun-$TARGETARCH; `+
		`[ $TARGETARCH = amd64 ] || [ -e /gate/second ] || /bin/busybox sleep 600"]`+"\n")
	name := s.repository("app") + ":1"
	command := nodes.command(
		"docker",
		"multiplat",
		"build",
		"--progress",
		"plain",
		"--allow-foreign",
		"/bin/busybox",
		"-t",
		name,
		".",
	)
	log, err := os.Create(filepath.Join(s.dir, "cut.log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = log, log
	assert.NilError(t, command.Start())
	said := func() string {
		text, err := os.ReadFile(log.Name())
		assert.NilError(t, err)
		return string(text)
	}
	eventually(t, "the far node works", func() error {
		if text := said(); !strings.Contains(text, " begun-arm64") || !strings.Contains(text, " begun-amd64") {
			return fmt.Errorf("not yet: %s", text)
		}
		return nil
	})
	s.write("gate/second", "")
	begun := time.Now()
	far.link(t, "down")
	ends(t, command)
	t.Logf("it ended %s after the network did:\n%s", time.Since(begun).Round(100*time.Millisecond), said())
	assert.Equal(t, command.ProcessState.ExitCode(), 0, said())
	assert.Check(t, is.Contains(said(), `node "cut-`+s.id+`1" is lost: building once more on node "cut-`+s.id+`0"`))
	nodes.run("publish", "--allow-untested", "--reason", "drill", name).succeeds(t)
	far.link(t, "up")
}

// farDaemon is a BuildKit in a network of its own, as on another machine.
type farDaemon struct{ address, device string }

// link sets the cable to it up or down.
func (d farDaemon) link(t *testing.T, state string) {
	t.Helper()
	assert.NilError(t, runHost(t, "ip", "link", "set", d.device, state))
}

// newFarDaemon starts one.
func newFarDaemon(t *testing.T, s *scenario) farDaemon {
	t.Helper()
	space, device, net := "cut-"+s.id, "cut"+s.id[:min(len(s.id), 9)], "203.0.113."
	folder, err := os.MkdirTemp("/tmp", "e2e-far-") //nolint:usetesting // what it leaves mounted has to go first
	assert.NilError(t, err)
	script := `set -e; ip netns add "$0"; ip link add "$1" type veth peer name far0 netns "$0"
ip addr add "$2"1/30 dev "$1"; ip link set "$1" up
ip -n "$0" addr add "$2"2/30 dev far0; ip -n "$0" link set far0 up; ip -n "$0" link set lo up`
	t.Cleanup(func() {
		assert.Check(t, runHost(t, "bash", "-c", `ip link del "$1"; ip netns del "$0"`, space, device))
		assert.Check(t, unmountBelow(t, folder))
		assert.Check(t, os.RemoveAll(folder))
	})
	assert.NilError(t, runHost(t, "bash", "-c", script, space, device, net))
	d := farDaemon{address: "tcp://" + net + "2:1234", device: device}
	args := []string{
		"--net=/run/netns/" + space, s.lab.tool("buildkitd"), "--addr", d.address,
		"--root", filepath.Join(folder, "root"), "--otel-socket-path", filepath.Join(folder, "otel.sock"),
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), "nsenter", args...)
	command.Env = append(os.Environ(), "PATH="+s.lab.path)
	log, err := os.Create(filepath.Join(folder, "log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = log, log
	assert.NilError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
		if text, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("the far BuildKit said:\n%s", text)
		}
		_ = log.Close()
	})
	eventually(t, "the far BuildKit answers", func() error {
		return s.command(s.lab.tool("buildctl"), "--addr", d.address, "debug", "workers").Run()
	})
	return d
}
