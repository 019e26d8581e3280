package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/streams"
	"github.com/mattn/go-runewidth"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
)

// comfortable is how many columns of a terminal are enough for a cell that is continued below.
const comfortable = 18

// Say writes one line for the user to standard error. A terminal gets it in lines that fit, but for a command to run.
func Say(dockerCLI command.Cli, format string, args ...any) {
	drawn(dockerCLI.Err(), fitted(dockerCLI.Err(), worded(format, args...)+"\n"))
}

// fitted is text in lines that fit the terminal that a stream leads to. What is to be run stays one line, for a
// terminal that breaks it copies it as one; it has a line of its own where what is said before it leaves no room.
func fitted(out *streams.Out, text string) string {
	const hanging = "  "
	width := int(widthOf(out))
	list := strings.Split(text, "\n")
	for i, line := range list {
		if !toBeRun(line) {
			list[i] = columns.Sentence(line, width, hanging)
		} else if why, command := runAfter(line); why != "" && width > 0 && runewidth.StringWidth(line) > width {
			indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
			list[i] = columns.Sentence(why, width, hanging) + "\n" + indent + hanging + command
		}
	}
	return strings.Join(list, "\n")
}

// runAfter parts a line that ends in a command; no why: it does not, or nothing precedes it.
func runAfter(line string) (why, command string) {
	for _, between := range []struct{ why, program string }{{":", "docker "}, {":", "curl "}, {"", "(docker "}} {
		if i := strings.Index(line, between.why+" "+between.program); i > 0 {
			i += len(between.why)
			return line[:i], line[i+1:]
		}
	}
	return "", line
}

// toBeRun tells that a line holds a command of docker, or one of a shell that gets this plugin.
func toBeRun(line string) bool {
	return strings.Contains(line, "docker ") || strings.Contains(line, "curl ")
}

// printTable writes a table as it is.
func printTable(w io.Writer, t *columns.Table) error { return lines(w, t.Lines()) }

// showTable writes a table in the width of the terminal.
func showTable(out *streams.Out, t *columns.Table) error {
	return printTable(out, t.Within(int(widthOf(out))))
}

// widthOf is how many columns the terminal has that a stream leads to; 0: it leads to none, or to one that does not
// tell.
func widthOf(out *streams.Out) uint {
	if !out.IsTerminal() {
		return 0
	}
	_, width := out.GetTtySize()
	return width
}

// widthFor is how many columns a table may have on a stream; noTrunc: as many as it needs.
func widthFor(out *streams.Out, noTrunc bool) int {
	if noTrunc {
		return 0
	}
	return int(widthOf(out))
}

// shortDigest is the beginning of a digest, which is enough to tell it from others.
func shortDigest(digest string, noTrunc bool) string {
	const algorithm, shown = len("sha256:"), 12 // as docker shortens identifiers
	if noTrunc {
		return digest
	}
	return digest[:min(algorithm+shown, len(digest))]
}

// shortly is a duration as a table has room for it.
func shortly(d time.Duration) string {
	if d >= time.Minute {
		return d.Round(time.Second).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// Count says how many there are of something.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// HelpWidth is how many columns a help may have: those of the terminal, or what fits most.
func HelpWidth(dockerCLI command.Cli) int {
	const usual = 80
	return int(cmp.Or(widthOf(dockerCLI.Out()), usual))
}
