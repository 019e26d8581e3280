package scratch

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// What a killed process has left goes, what a living one has stays, and so does what is none of ours.
func TestSweep(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("TMPDIR", parent)
	living, err := New("settings")
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(filepath.Join(living.Path, "file"), nil, 0o600))
	other := filepath.Join(parent, "multiplat-other")
	assert.NilError(t, os.Mkdir(other, 0o700))

	dead := filepath.Join(parent, prefix+"settings-1")
	assert.NilError(t, os.Mkdir(dead, 0o700))
	assert.NilError(t, os.WriteFile(dead+lockSuffix, nil, 0o600)) // a lock goes with the process that held it
	assert.DeepEqual(t, Left(), []string{dead})
	swept, err := Sweep()
	assert.NilError(t, err)
	assert.DeepEqual(t, swept, []string{dead})
	_, err = os.Lstat(dead)
	assert.Assert(t, os.IsNotExist(err))
	for _, path := range []string{other, filepath.Join(living.Path, "file")} {
		_, err = os.Lstat(path)
		assert.NilError(t, err)
	}
	assert.NilError(t, living.Remove())
	assert.NilError(t, living.Remove())
	entries, err := os.ReadDir(parent)
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 1)
}
