package page

import (
	"testing"

	"gotest.tools/v3/assert"
)

// A block has a language, marks and lines; one in a list loses the indentation of its fence.
func TestBlocks(t *testing.T) {
	text := "# Page\n\n```console not-run=needs-github exit=5\n$ a\nout\n```\n\n1. list\n\n   ```\n   x\n     y\n   ```\n\n```yaml\nopen: 1\n"
	assert.DeepEqual(t, Blocks(text), []Block{
		{
			Line: 3, Language: "console", Marks: map[string]string{"not-run": "needs-github", "exit": "5"},
			Lines: []string{"$ a", "out"},
		},
		{Line: 10, Marks: map[string]string{}, Lines: []string{"x", "  y"}},
		{Line: 15, Language: "yaml", Marks: map[string]string{}, Lines: []string{"open: 1", ""}},
	})
}

// What is typed goes on behind a backslash and to the end of a here document; the rest is what is printed.
func TestCommands(t *testing.T) {
	block := Block{Line: 10, Lines: []string{
		"$ one \\", "    --flag", "out", "", "$ cat >file <<'END'", "$ not a command", "END", "$ two", "a", "", "b", "",
	}}
	assert.DeepEqual(t, block.Commands(), []Command{
		{Line: 11, Typed: "one \\\n    --flag", Shown: []string{"out"}},
		{Line: 15, Typed: "cat >file <<'END'\n$ not a command\nEND"},
		{Line: 18, Typed: "two", Shown: []string{"a", "", "b"}},
	})
}
