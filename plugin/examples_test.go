package plugin

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"gotest.tools/v3/assert"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/docker-multiplat/docker-multiplat/docs/page"
)

// ours is what every command line of ours begins with.
const ours = "docker multiplat "

// Every command shows in its help how it is used.
func TestEveryCommandHasExamples(t *testing.T) {
	reader := newLineReader(t)
	for _, cmd := range NewCommand(t.Context(), reader.fake).Commands() {
		if cmd.Hidden {
			continue
		}
		lines := calls(t, cmd.Example)
		assert.Check(t, len(lines) > 0, "%s has no example", cmd.Name())
		found := slices.ContainsFunc(lines, func(words []string) bool { return words[0] == cmd.Name() })
		assert.Check(t, found, "no example of %s is one: %q", cmd.Name(), cmd.Example)
		out, err := reader.fake.command(t, cmd.Name(), "--help")
		assert.NilError(t, err)
		assert.Check(
			t,
			strings.Contains(strings.ReplaceAll(out, " \\\n    ", " "), "\nExamples:\n"+cmd.Example+"\n"),
			"%s --help:\n%s",
			cmd.Name(),
			out,
		)
		for _, words := range lines {
			reader.accepts(t, "help of "+cmd.Name(), words, true)
		}
	}
}

// Every command line of the documentation is one that the commands take: those that a block shows with their arguments,
// those in a text as far as their flags go.
func TestDocumentedCommandLines(t *testing.T) {
	reader, seen := newLineReader(t), 0
	for path, text := range documents(t) {
		for _, block := range page.Blocks(text) {
			for _, typed := range typedIn(block) {
				for _, words := range calls(t, typed) {
					seen++
					reader.accepts(t, path, words, true)
				}
			}
		}
		for _, span := range regexp.MustCompile("`(docker multiplat [^`]+)`").FindAllStringSubmatch(text, -1) {
			for _, words := range calls(t, strings.ReplaceAll(span[1], "|", " ")) {
				seen++
				reader.accepts(t, path, words, false)
			}
		}
	}
	assert.Assert(t, seen > 150, "%d command lines", seen)
}

// documents are all pages, by their path.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	add := func(path string) {
		text, err := os.ReadFile(path)
		assert.NilError(t, err)
		found[path] = string(text)
	}
	add("../README.md")
	add("../README.zh-CN.md")
	add("../CONTRIBUTING.md")
	assert.NilError(t, filepath.WalkDir("../docs", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			add(path)
		}
		return err
	}))
	assert.Assert(t, len(found) > 40)
	return found
}

// typedIn are the shell texts of a block with a command of ours in them.
func typedIn(block page.Block) []string {
	if block.Language == "console" {
		var list []string
		for _, command := range block.Commands() {
			list = append(list, command.Typed)
		}
		return list
	}
	text := regexp.MustCompile(`\$\{\{[^}]*\}\}`).ReplaceAllString(strings.Join(block.Lines, "\n"), "x")
	return regexp.MustCompile(`docker multiplat (\\\n|[^\n])*`).FindAllString(text, -1)
}

// calls are the words behind `docker multiplat` in a shell text. What the shell would fill in is some word.
func calls(t *testing.T, text string) [][]string {
	t.Helper()
	if !strings.Contains(text, ours) {
		return nil
	}
	file, err := syntax.NewParser().Parse(strings.NewReader(text), "")
	assert.NilError(t, err, text)
	config := &expand.Config{Env: expand.FuncEnviron(func(string) string { return "x" })}
	var list [][]string
	syntax.Walk(file, func(node syntax.Node) bool {
		call, ok := node.(*syntax.CallExpr)
		if !ok || len(call.Args) < 3 || call.Args[0].Lit() != "docker" || call.Args[1].Lit() != "multiplat" {
			return true
		}
		var words []string
		for _, arg := range call.Args[2:] {
			word, err := expand.Literal(config, arg)
			assert.NilError(t, err, text)
			words = append(words, word)
		}
		list = append(list, words)
		return true
	})
	return list
}

// lineReader holds command lines against the commands.
type lineReader struct {
	fake *fakeCLI
	root *cobra.Command // it has read other lines before, and a flag may be there once
}

func newLineReader(t *testing.T) *lineReader {
	t.Helper()
	fake := newFakeCLI(t)
	return &lineReader{fake: fake, root: rootCommand(t, fake)}
}

// accepts wants the flags of a command line to be those of its command, and where it is whole, its arguments as well.
func (r *lineReader) accepts(t *testing.T, where string, words []string, whole bool) {
	t.Helper()
	if takes(r.root, words, whole) != nil {
		assert.Check(t, takes(rootCommand(t, r.fake), words, whole), "%s: %q", where, words)
	}
}

// takes says what a command has against its words; in a text, which is not whole, it may be named with too few.
func takes(root *cobra.Command, words []string, whole bool) error {
	cmd, args, err := root.Find(append([]string{"multiplat"}, words...))
	if err != nil {
		return err
	}
	if cmd.Name() == "multiplat" && !strings.HasPrefix(words[0], "-") {
		if words[0] == "COMMAND" || words[0] == "…" {
			return nil
		}
		return fmt.Errorf("there is no command %q", words[0])
	}
	if err := cmd.ParseFlags(args); err != nil {
		if !whole && strings.HasPrefix(err.Error(), "flag needs an argument") {
			return nil
		}
		return err
	}
	if whole {
		return cmd.ValidateArgs(cmd.Flags().Args())
	}
	return nil
}
