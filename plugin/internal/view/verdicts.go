package view

import (
	"os"
	"strings"

	"github.com/docker/cli/cli/streams"
	"github.com/mattn/go-runewidth"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
)

// verdictTitle heads the last column of what came of platforms.
const verdictTitle = "VERDICT"

// showVerdicts writes such a table. Where it takes the place of the board, its verdicts have the colours of the rows
// before them.
func showVerdicts(out *streams.Out, t *columns.Table, board bool) error {
	if !board || !out.IsTerminal() || os.Getenv("TERM") == "dumb" {
		return printTable(out, t)
	}
	drawn(out, strings.Join(painted(paletteOf(os.Getenv), t.Lines()), "\n")+"\n")
	return nil
}

// painted are the lines of such a table in colours.
func painted(p palette, list []string) []string {
	before, _, _ := strings.Cut(list[0], verdictTitle)
	column := runewidth.StringWidth(before)
	lines := make([]string, len(list))
	for i, line := range list {
		line = visible.Line(line)
		head := runewidth.Truncate(line, column, "")
		lines[i] = p.paint(board.Line{{Text: head}, {Text: line[len(head):], Tone: toneOf(line[len(head):])}})
	}
	return lines
}

// toneOf is what a verdict means, as the board has it.
func toneOf(verdict string) board.Tone {
	word, _, _ := strings.Cut(verdict, ",")
	word = strings.TrimSuffix(word, " (cached)")
	switch draft.State(word) {
	case draft.Passed, draft.NothingToRun:
		return board.Good
	case draft.Failed, draft.Inconclusive, draft.NotBuilt, draft.Broken, draft.Unfinished, draft.Missing:
		return board.Bad
	}
	return board.Plain
}
