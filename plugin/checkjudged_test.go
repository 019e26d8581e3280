package plugin

import (
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What no builder would build is an error where none is asked, too.
func TestCheckWithoutABuilderKnowsWhatFails(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	base := r.base(t, "1", plugintest.Linux("amd64", ""))
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"no name of a base":    {"FROM a//b\nCOPY a /a\n", []string{"BaseNotFound 1 linux/amd64", "InvalidDefaultArgInFrom 1"}},
		"no name of a source":  {"FROM " + base + "\nCOPY --from=a//b a /a\n", []string{"BaseNotFound 2 linux/amd64"}},
		"stages in a circle":   {"FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\nCOPY --from=a / /\n", []string{"BuildError 2"}},
		"a value that is none": {"FROM " + base + "\nENV a=\"${b:?no value}\"\n", []string{"BuildError 2", "UndefinedVar 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			inFolder(t, tc.text)
			assert.DeepEqual(t, rulesOf(fake.checked(t, 5, "--platform", "linux/amd64", ".")), tc.want)
		})
	}
	inFolder(t, "FROM a AS b\nCOPY --from=c / /\n")
	seen := fake.checked(t, 0, "--platform", "linux/amd64", "--build-context", "a=.", "--build-context", "c=.",
		"--build-context", "b=https://example.invalid/x.tgz", ".")
	assert.DeepEqual(t, rulesOf(seen), []string{})
}

// A RUN that no rule could look at is told as a note, whatever is shown of it.
func TestCheckTellsWhatItDidNotRead(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	base := r.base(t, "1", plugintest.Linux("amd64", ""))
	inFolder(t, "FROM "+base+"\nRUN if \x1b[31mthen\n")
	seen := fake.checked(t, 0, "--platform", "linux/amd64", "--fail-on", "warning", ".")
	assert.DeepEqual(t, rulesOf(seen), []string{"UnreadRun 2 linux/amd64"})
	assert.Check(t, is.Contains(seen.Findings[0].Cause, "which are not understood as shell"))
}
