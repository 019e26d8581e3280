package view

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
)

// What takes the place of the board has its colours on a terminal, where colours are wanted: of the verdicts, and of
// nothing else.
func TestVerdictsHaveColours(t *testing.T) {
	board := true
	show := func(c allOnTerminal) error {
		table := columns.New("PLATFORM", "TESTS", verdictTitle)
		table.Add("linux/amd64", "1/1", "passed (cached), emulated")
		table.Add("linux/arm64", "failed", "failed")
		table.Add("チーム/arm64", "-", "inconclusive")
		table.Add("linux/arm", "-", "untested")
		table.Add("linux/386", "-")
		return showVerdicts(c.Err(), table, board)
	}
	t.Setenv("TERM", "xterm")
	const red, green, end = "\x1b[31m", "\x1b[32m", "\x1b[0m"
	coloured := shownIn(t, 80, show)
	for _, want := range []string{
		"1/1      " + green + "passed (cached), emulated" + end + "\n", "failed   " + red + "failed" + end + "\n",
		red + "inconclusive" + end + "\n", "-        untested\n", "-\n",
	} {
		assert.Check(t, strings.Contains(coloured, want), "%q is not in %q", want, coloured)
	}
	plain := strings.NewReplacer(red, "", green, "", end, "").Replace(coloured)
	assert.Check(t, !strings.Contains(plain, "\x1b"), "%q", plain)
	t.Setenv("TERM", "dumb")
	assert.Equal(t, shownIn(t, 80, show), plain)
	t.Setenv("TERM", "xterm")
	board = false
	assert.Equal(t, shownIn(t, 80, show), plain)
	none := paletteOf(func(name string) string { return map[string]string{noColorVariable: "1"}[name] })
	list := []string{"PLATFORM     VERDICT", "linux/amd64  passed"}
	assert.DeepEqual(t, painted(none, list), list)
}
