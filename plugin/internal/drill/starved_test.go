//go:build drill

package drill

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// starved has a publish run out of memory, 128 KB later each time: the kernel kills it where it stands.
// The tag is old or new, and the publish is run again to its end without sending what is there.
func starved(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	if _, err := os.Stat(memoryGroups); err != nil {
		t.Skipf("the memory of processes cannot be limited here: %s", err)
	}
	const least, step = 8 << 20, 128 << 10
	t.Run("try", func(t *testing.T) {
		for _, at := range d.Places(100) {
			t.Run(strconv.Itoa(at), func(t *testing.T) {
				count := d.Try(t)
				killed := newTry(t, d.Options, at).withMemory(t, least+at*step)
				if killed {
					count(1, false)
				} else {
					count(0, true)
				}
			})
		}
	})
}

// memoryGroups is where the kernel keeps groups of processes with limits of their memory.
const memoryGroups = "/sys/fs/cgroup/memory"

// withMemory publishes with so many bytes of memory, and says whether that was not enough.
func (d *try) withMemory(t *testing.T, most int) (killed bool) {
	t.Helper()
	group, err := os.MkdirTemp(memoryGroups, "drill-") //nolint:usetesting // it is no folder of a disk
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, os.Remove(group)) })
	assert.NilError(t, os.WriteFile(filepath.Join(group, "memory.limit_in_bytes"), []byte(strconv.Itoa(most)), 0o600))
	job := d.task(t)
	cmd := d.command(t.Context(), "")
	into := fmt.Sprintf(`echo $$ > %s/cgroup.procs && exec "$0" multiplat "$@"`, group)
	got := start(t, cmd, append([]string{"sh", "-c", into, os.Getenv("MULTIPLAT")}, job.args...)...)
	if got.code == 0 {
		d.serves(t, job, got.output)
		return false
	}
	assert.Check(t, got.code == -1 || got.code == 137, "exit %d: %s", got.code, got.output)
	for _, tag := range job.tags {
		now, err := d.read(tag)
		assert.NilError(t, err)
		if now.digest != job.before[tag].digest {
			assert.DeepEqual(t, now.platforms, job.platforms)
		}
	}
	d.finishes(t, job.args...)
	d.serves(t, job, got.output)
	return true
}
