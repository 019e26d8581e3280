package view

import (
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Say writes one line for the user to standard error.
func Say(dockerCLI command.Cli, format string, args ...any) {
	_ = printf(dockerCLI.Err(), format+"\n", args...)
}

// table is rows under a header, in columns.
type table struct {
	rows [][]string
	// gap is the number of spaces between columns.
	gap int
}

func newTable(header ...string) *table {
	const gap = 3 // as in the tables of the Docker CLI
	t := &table{gap: gap}
	t.add(header...) // which may be names of platforms
	return t
}

func (t *table) add(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = visible.Line(cell)
	}
	t.rows = append(t.rows, row)
}

func (t *table) print(w io.Writer) error {
	return columns(w, t.rows, t.gap)
}

// width is how many characters the longest line has.
func (t *table) width() int {
	columns := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			columns[i] = max(columns[i], utf8.RuneCountInString(cell))
		}
	}
	width := -t.gap
	for _, column := range columns {
		width += column + t.gap
	}
	return width
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
