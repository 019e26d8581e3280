package trial

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// Whoever commits here is taken for whoever looks, else whoever is signed in.
func TestDefaultTester(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	t.Setenv("HOME", folder)
	t.Setenv("XDG_CONFIG_HOME", folder)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("USER", "jane")
	assert.Equal(t, DefaultTester(t.Context()), "jane")
	config := []byte("[user]\n\tname = Jane Doe\n")
	assert.NilError(t, os.WriteFile(filepath.Join(folder, ".gitconfig"), config, 0o600))
	assert.Equal(t, DefaultTester(t.Context()), "Jane Doe")
	t.Setenv("PATH", "")
	assert.Equal(t, DefaultTester(t.Context()), "jane")
}
