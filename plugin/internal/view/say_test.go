package view

import (
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What is said breaks between its words, and none of these: names and digests are copied. A command that is to be run
// is one line, and off a terminal all is.
func TestSayFitsTheTerminal(t *testing.T) {
	before, after := digest.FromString("before").String(), digest.FromString("after").String()
	say := func(c allOnTerminal) error {
		Say(c, "%s moved from %s to %s", longTag, before, after)
		Say(c, "publish it with:\n  docker multiplat publish --allow-untested linux/arm64 --reason why %s", longTag)
		return nil
	}
	const command = "  docker multiplat publish --allow-untested linux/arm64 --reason why " + longTag + "\n"
	seen := shownIn(t, 80, say)
	assert.Equal(t, seen, longTag+"\n  moved from\n  "+before+" to\n  "+after+"\npublish it with:\n"+command)
	seen = shownIn(t, 120, say)
	assert.Equal(t, seen, longTag+" moved from\n  "+before+" to\n  "+after+"\npublish it with:\n"+command)
	for line := range strings.Lines(strings.TrimSuffix(seen, command)) {
		assert.Check(t, runewidth.StringWidth(line) <= 120, line)
	}
	fake := plugintest.NewCLI(t)
	Say(fake, "%s moved from %s to %s", longTag, before, after)
	assert.Equal(t, fake.Stderr.String(), longTag+" moved from "+before+" to "+after+"\n")
}
