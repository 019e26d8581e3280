package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// A folder among the words of a script counts by what is in it, however it is written. What is added to it makes no
// other test of it; what the test has written itself, and what git keeps there, does not count.
func TestRedOfChangedFolder(t *testing.T) {
	for _, script := range []string{
		"sh ./run.sh ./cases", "sh ./run.sh cases/", `sh -c 'sh ./run.sh cases; true'`, "sh ./run.sh --in=cases",
		"sh ./run.sh -v ./cases:/cases:ro", "sh ./run.sh .", "sh ./run.sh type=bind,src=cases,dst=/x",
		"sh ./run.sh --volume=./cases:/cases",
	} {
		t.Run(script, func(t *testing.T) {
			r := newRedness(t)
			t.Chdir(t.TempDir())
			write := func(path, text string) {
				assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o700))
				assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
			}
			write("run.sh", "echo $$ >cases/out; test -e fixed")
			write("cases/a/one", "strict")
			write("cases/out", "of before")
			write("cases/.git/index", "1")
			args := []string{"test", "--test-script", script, r.name}
			if strings.Contains(script, "true") {
				args = append([]string{"test", "--test", "false"}, args[1:]...)
			}
			r.ends(t, failure.ExitTests, args...)
			write("fixed", "")
			r.engine.Ends = func([]string) int { return 0 }
			write("cases/a/one", "lenient")
			text := r.ends(t, failure.ExitTests, args...)
			assert.Check(t, strings.Contains(text, "it failed tests that are others now: "), text)
			write("cases/a/one", "strict")
			write("cases/b", "more")
			write("cases/.git/index", "2")
			r.ends(t, failure.ExitDone, args...)
		})
	}
}

// The same tests in a clone at another path are the same; others under the same path are others.
func TestSameTestsInAnotherClone(t *testing.T) {
	r := newRedness(t)
	clone := func(command string) string {
		folder := t.TempDir()
		t.Chdir(folder)
		assert.NilError(t, os.Mkdir("mounted", 0o700))
		assert.NilError(t, os.WriteFile("mounted/data", []byte(command), 0o600))
		assert.NilError(t, os.WriteFile("t.yaml", []byte("schemaVersion: 2.0.0\n"+
			"containerRunOptions: {bindMounts: ['./mounted:/m']}\n"+
			"commandTests:\n- {name: one, command: "+command+"}\n"), 0o600))
		return folder
	}
	r.engine.Ends = func(argv []string) int {
		if argv[0] == "false" {
			return 1
		}
		return 0
	}
	args := []string{"test", "--test-config", "t.yaml", r.name}
	first := clone("false")
	r.ends(t, failure.ExitTests, args...)
	clone("true")
	text := r.ends(t, failure.ExitTests, args...)
	assert.Check(t, strings.Contains(text, "it failed tests that were left out now: --test-config="), text)
	clone("false")
	r.ends(t, failure.ExitTests, args...)
	assert.NilError(t, os.RemoveAll(first))
	r.engine.Ends = func([]string) int { return 0 }
	r.ends(t, failure.ExitDone, "test", r.name) // it repeats those of the clone that is there
	r.ends(t, failure.ExitDone, args...)
	r.open(t, r.name)
}
