package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// A look is added to tests that have passed, takes the place of an earlier look, and stands alone otherwise.
func TestLookRecord(t *testing.T) {
	tested := []manifest.Setting{{Name: "tests", Value: "[]"}}
	alone := []manifest.Setting{{Name: "engine", Value: "linux/amd64, native"}}
	jane := look{passed: true, who: "Jane", remark: "fine"}
	bob := look{who: "Bob"}
	passed := manifest.TestResult{Result: manifest.Passed, Passed: []string{"smoke test"}, Configuration: tested}
	failed := manifest.TestResult{Result: manifest.Failed, Failed: []string{"smoke test"}, Configuration: tested}
	waived := manifest.TestResult{Result: manifest.Warned, Reason: "no board"}

	both := jane.record(passed, alone)
	assert.DeepEqual(t, both, manifest.TestResult{
		Result: manifest.Passed,
		Passed: []string{"smoke test", "manual look by Jane"},
		Configuration: []manifest.Setting{
			tested[0],
			{Name: "manual look", Value: "Jane"},
			{Name: "manual look remark", Value: "fine"},
		},
	})
	assert.Equal(t, *lookIn(both), jane)
	refused := bob.record(both, alone)
	assert.DeepEqual(t, refused, manifest.TestResult{
		Result: manifest.Failed, Passed: []string{"smoke test"}, Failed: []string{"manual look by Bob"},
		Configuration: []manifest.Setting{tested[0], {Name: "manual look", Value: "Bob"}},
	})
	assert.Equal(t, *lookIn(refused), bob)
	assert.DeepEqual(t, jane.record(refused, alone), both)
	only := manifest.TestResult{
		Result: manifest.Passed, Passed: []string{"manual look by Jane"},
		Configuration: append(alone[:1:1], jane.settings()...),
	}
	for _, before := range []manifest.TestResult{{}, failed, waived, only} {
		assert.DeepEqual(t, jane.record(before, alone), only)
	}
	assert.Assert(t, lookIn(passed) == nil)
	assert.Assert(t, lookIn(manifest.TestResult{Configuration: jane.settings()}) == nil, "nothing was said")
}

// What is recorded and shown again is a line of text, whoever wrote it.
func TestPersonal(t *testing.T) {
	assert.Equal(t, personal("  Jane \x1b[31mDoe\u202e\n "), "Jane [31mDoe")
	assert.Equal(t, len([]rune(personal(strings.Repeat("ü", 300)))), maxPersonal)
}

// Whoever commits here is taken for whoever looks, else whoever is signed in.
func TestDefaultPerson(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	t.Setenv("HOME", folder)
	t.Setenv("XDG_CONFIG_HOME", folder)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("USER", "jane")
	assert.Equal(t, defaultPerson(t.Context()), "jane")
	config := []byte("[user]\n\tname = Jane Doe\n")
	assert.NilError(t, os.WriteFile(filepath.Join(folder, ".gitconfig"), config, 0o600))
	assert.Equal(t, defaultPerson(t.Context()), "Jane Doe")
	t.Setenv("PATH", "")
	assert.Equal(t, defaultPerson(t.Context()), "jane")
}
