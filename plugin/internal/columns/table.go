package columns

import (
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// The spaces between columns: as in the tables of the Docker CLI, and where there is little room.
const (
	wideGap   = 3
	narrowGap = 2
)

// Table is rows under a header.
type Table struct {
	rows [][]string
	gap  int
}

// New is a table with a header, which may be words of others.
func New(header ...string) *Table {
	t := &Table{gap: wideGap}
	t.Add(header...)
	return t
}

// Narrow puts the columns nearer to each other.
func (t *Table) Narrow() *Table {
	t.gap = narrowGap
	return t
}

// Add adds a row, which may end before the last columns.
func (t *Table) Add(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = visible.Line(cell)
	}
	t.rows = append(t.rows, row)
}

// Without is the table without some columns.
func (t *Table) Without(titles ...string) *Table {
	left := &Table{gap: t.gap}
	for _, row := range t.rows {
		var kept []string
		for i, cell := range row {
			if !slices.Contains(titles, t.rows[0][i]) {
				kept = append(kept, cell)
			}
		}
		left.rows = append(left.rows, kept)
	}
	return left
}

// Uniform tells that a column says the same in every row, or nothing.
func (t *Table) Uniform(title string) bool {
	column := slices.Index(t.rows[0], title)
	said := ""
	for _, row := range t.rows[1:] {
		if column >= len(row) || row[column] == "" {
			continue
		}
		if said != "" && row[column] != said {
			return false
		}
		said = row[column]
	}
	return true
}

// widths are how many columns of a terminal each column takes.
func (t *Table) widths() []int {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], runewidth.StringWidth(cell))
		}
	}
	return widths
}

// Width is how many columns of a terminal the table takes.
func (t *Table) Width() int { return t.sum(t.widths()) }

// sum is what columns and the gaps between them take.
func (t *Table) sum(widths []int) int {
	sum := -t.gap
	for _, width := range widths {
		sum += width + t.gap
	}
	return sum
}

// Lines are the rows as they are printed.
func (t *Table) Lines() []string {
	widths := t.widths()
	lines := make([]string, 0, len(t.rows))
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(runewidth.FillRight(cell, widths[i]+t.gap))
		}
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return lines
}
