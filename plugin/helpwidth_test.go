package plugin

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/docker/cli/cli/streams"
	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// screened is a CLI whose standard output is a terminal.
type screened struct {
	*fakeCLI
	screen *streams.Out
}

// Out implements [command.Streams].
func (s screened) Out() *streams.Out { return s.screen }

// helpIn is the help of a command on a terminal of so many columns; 0: on none.
func helpIn(t *testing.T, columns uint16, args ...string) string {
	t.Helper()
	fake := newFakeCLI(t)
	if columns == 0 {
		assert.NilError(t, fake.run(t, args...))
		return fake.Stdout.String()
	}
	return plugintest.Screen(t, columns, func(screen *streams.Out) error {
		root := NewCommand(t.Context(), screened{fake, screen})
		root.SetArgs(args)
		return root.Execute()
	})
}

// documented are the commands that the help lists, by their names.
func documented(t *testing.T) map[string]*cobra.Command {
	t.Helper()
	all := map[string]*cobra.Command{}
	for _, cmd := range NewCommand(t.Context(), newFakeCLI(t)).Commands() {
		if cmd.IsAvailableCommand() {
			all[cmd.Name()] = cmd
		}
	}
	assert.Assert(t, len(all) > 15)
	return all
}

// Help fits the terminal, and uses what room there is; where there is no terminal it is made for 80 columns.
func TestHelpFitsTheTerminal(t *testing.T) {
	names := slices.Collect(maps.Keys(documented(t)))
	for _, name := range append(names, "") {
		args := append(strings.Fields(name), "--help")
		for columns, most := range map[uint16]int{0: 80, 80: 80, 120: 120} {
			widest := 0
			for line := range strings.Lines(helpIn(t, columns, args...)) {
				width := runewidth.StringWidth(strings.TrimRight(line, "\n"))
				link := strings.Contains(line, "https://") // which is never broken
				if !link {
					widest = max(widest, width)
				}
				assert.Check(t, link || width <= most, "%q in %d columns: %d: %s", args, columns, width, line)
			}
			assert.Check(t, widest > most*3/5 || name == "version", "%q uses %d of %d columns", args, widest, most)
		}
		if name != "" {
			assert.Equal(t, helpIn(t, 80, "help", name), helpIn(t, 80, args...))
		}
	}
}

// Every help shows how the command is used, and ends with an address of more.
func TestHelpLeadsOn(t *testing.T) {
	for name := range documented(t) {
		text := helpIn(t, 0, name, "--help")
		page := fmt.Sprintf("docs/reference/multiplat_%s.md", name)
		assert.Check(t, strings.HasSuffix(text, "/blob/main/"+page+"\n"), text)
		assert.Check(t, strings.Contains(text, "\nExamples:\n"), name)
		_, err := os.Stat("../" + page)
		assert.NilError(t, err)
	}
}

// What a person of the field types names what it is here; what is mistyped, what it is near to.
func TestOtherCommandsAreNamed(t *testing.T) {
	for word, want := range map[string]string{
		"manifest": "merge", "push": "publish", "images": "ls", "doctor": "status", "install": "init", "sign": "publish --by-digest",
		"create": "merge", "annotate": "merge --set-platform", "use": "docker buildx use", "imagetools": "merge",
		"publsh": "did you mean: docker multiplat publish", "stauts": "did you mean: docker multiplat status",
	} {
		for _, args := range [][]string{{word}, {"help", word}} {
			err := newFakeCLI(t).run(t, args...)
			assert.Equal(t, ExitCode(err), 2, "%q", args)
			assert.ErrorContains(t, err, want, "%q", args)
		}
	}
}
