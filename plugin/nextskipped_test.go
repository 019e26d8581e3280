package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What was left out of the tests is let through for the reason that was given for it, on the command line or in the
// test file, by the command that is told to be run next.
func TestNextOfASkippedPlatform(t *testing.T) {
	file := filepath.Join(t.TempDir(), "multiplat.yaml")
	assert.NilError(t, os.WriteFile(file,
		[]byte("targets:\n  default:\n    platforms:\n      linux/amd64: {skip: \"it's broken\"}\n"), 0o600))
	for name, flags := range map[string][]string{
		"flag": {"--test-skip", "linux/amd64=it's broken"},
		"file": {"--test-file", file},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRedness(t)
			image := plugintest.UntestedImage(t, r.store, "linux/amd64", "app")
			plugintest.SaveDraft(t, r.store, r.name, "linux/amd64", image)
			r.ends(t, failure.ExitDone, append(append([]string{"test"}, flags...), r.name)...)
			text := r.ends(t, failure.ExitTests, "publish", r.name)
			assert.Check(t, strings.Contains(text, "next: docker multiplat publish --allow-untested=linux/amd64 --reason "+
				`'it'\''s broken' `+r.name+"\n"), text)
			r.ends(t, failure.ExitDone, printed(t, text, "next")...)
		})
	}
}
