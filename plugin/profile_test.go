package plugin

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// Any command can be measured; where that cannot be written the command is not begun.
func TestProfile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	t.Setenv("MULTIPLAT_PROFILE", folder)
	stop, err := Profile()
	assert.NilError(t, err)
	assert.NilError(t, newFakeCLI(t).run(t, "version"))
	assert.NilError(t, stop())
	for _, name := range []string{"cpu.pprof", "heap.pprof", "trace.out"} {
		info, err := os.Stat(filepath.Join(folder, name))
		assert.NilError(t, err)
		assert.Check(t, info.Size() > 0, name)
	}

	file := filepath.Join(folder, "cpu.pprof")
	t.Setenv("MULTIPLAT_PROFILE", file)
	_, err = Profile()
	assert.ErrorContains(t, err, `MULTIPLAT_PROFILE="`+file+`" cannot be written to`)
	assert.Equal(t, ExitCode(err), 2)

	t.Setenv("MULTIPLAT_PROFILE", "")
	stop, err = Profile()
	assert.NilError(t, err)
	assert.NilError(t, stop())
}
