package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// version says how to update, beside its result and to people alone.
func TestVersionSaysHowToUpdate(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, fake.run(t, "version"))
	assert.Equal(t, strings.Count(fake.Stdout.String(), "\n"), 1)
	assert.Check(t, strings.HasPrefix(fake.Stderr.String(), "to update:\n  "), fake.Stderr.String())
	fake.Stderr.Reset()
	assert.NilError(t, fake.run(t, "version", "--format", "json"))
	assert.Equal(t, fake.Stderr.String(), "")
}
