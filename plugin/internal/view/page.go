package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// page is tables with titles, and lines of text below them.
type page struct{ parts []section }

// section is a table, or one line.
type section struct {
	title  string
	header []string
	rows   [][]string
	// whole has all rows shown, however many they are.
	whole bool
	// sides are whose values stand in the columns behind the first, where they are no words of the header.
	sides []string
	text  string
}

func (p *page) line(format string, args ...any) {
	for i, arg := range args {
		args[i] = tame(arg)
	}
	p.parts = append(p.parts, section{text: fmt.Sprintf(format, args...)})
}

// add adds a table, unless it is empty.
func (p *page) add(s section) {
	if len(s.rows) > 0 {
		p.parts = append(p.parts, s)
	}
}

const (
	// pageWidth is the room of a table, mostRows how many rows one has, unless all are asked for.
	pageWidth = 80
	mostRows  = 20
)

// text writes the page for a terminal. All has every row shown, in whole.
func (p *page) text(w io.Writer, all bool) error {
	for i, s := range p.parts {
		if s.text != "" {
			if err := block(w, s.text+"\n"); err != nil {
				return err
			}
			continue
		}
		if i > 0 && p.parts[i-1].text == "" {
			if err := block(w, "\n"); err != nil {
				return err
			}
		}
		if err := s.print(w, all); err != nil {
			return err
		}
	}
	return nil
}

// print writes a table: its title is the header of its first column.
func (s section) print(w io.Writer, all bool) error {
	rows, left := s.rows, 0
	if !all && !s.whole && len(rows) > mostRows {
		left = len(rows) - mostRows
		rows = rows[:mostRows]
	}
	header := s.header
	if header == nil {
		header = make([]string, len(rows[0]))
	}
	header = append([]string{s.title}, header[1:]...)
	t := newTable(header...)
	for _, row := range rows {
		t.add(row...)
	}
	if !all {
		if t.tooMany(pageWidth) && len(s.sides) > 0 {
			t = s.grouped(rows)
		}
		t.fit(pageWidth)
	}
	if err := t.print(w); err != nil || left == 0 {
		return err
	}
	return printf(w, "and %d more; --no-trunc shows them\n", left)
}

// least is how many characters of a cell are shown at least.
const least = 12

// tooMany tells that the columns have no room beside each other, however short they are made.
func (t *table) tooMany(width int) bool {
	sum := -t.gap
	for i := range t.rows[0] {
		sum += min(t.columnWidth(i), least) + t.gap
	}
	return sum > width
}

// grouped is the table for many sides: behind each row its values, each with the sides that have it, the most frequent
// value first.
func (s section) grouped(rows [][]string) *table {
	const mostValues = 6
	t := newTable(s.title, "", "")
	for _, row := range rows {
		of, values := map[string][]string{}, []string{}
		for i, value := range row[1:] {
			if of[value] == nil {
				values = append(values, value)
			}
			of[value] = append(of[value], s.sides[i])
		}
		slices.SortStableFunc(values, func(a, b string) int { return len(of[b]) - len(of[a]) })
		title := row[0]
		for i, value := range values {
			if i == mostValues && len(values) > mostValues+1 {
				t.add("", fmt.Sprintf("and %d other values", len(values)-i), "")
				break
			}
			t.add(title, value, listOf(of[value]))
			title = ""
		}
	}
	return t
}

// listOf are names in a line: all of them, or the first ones and how many there are.
func listOf(names []string) string {
	const most = 2
	if len(names) <= most+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%d: %s, …", len(names), strings.Join(names[:most], ", "))
}

// fit shortens the widest cells until the table has room. The first column keeps the end of a path, others keep their
// beginning.
func (t *table) fit(width int) {
	for t.width() > width {
		column, widest := 0, 0
		for i := range t.rows[0] {
			if n := t.columnWidth(i); n > widest {
				column, widest = i, n
			}
		}
		over := t.width() - width
		room := max(widest-over, least)
		if room >= widest {
			return
		}
		for _, row := range t.rows {
			row[column] = shorten(row[column], room, column == 0)
		}
	}
}

func (t *table) columnWidth(column int) int {
	widest := 0
	for _, row := range t.rows {
		widest = max(widest, utf8.RuneCountInString(row[column]))
	}
	return widest
}

// shorten cuts a text to a number of characters.
func shorten(text string, room int, keepEnd bool) string {
	runes := []rune(text)
	if len(runes) <= room {
		return text
	}
	if keepEnd {
		return "…" + string(runes[len(runes)-room+1:])
	}
	return string(runes[:room-1]) + "…"
}

// markdown writes the page as Markdown of GitHub's kind, whole.
func (p *page) markdown(w io.Writer) error {
	for _, s := range p.parts {
		if s.text != "" {
			if err := block(w, visible.Markdown(s.text)+"\n\n"); err != nil {
				return err
			}
			continue
		}
		if err := s.markdown(w); err != nil {
			return err
		}
	}
	return nil
}

func (s section) markdown(w io.Writer) error {
	header := s.header
	if header == nil {
		header = make([]string, len(s.rows[0]))
	}
	var text strings.Builder
	line := func(cells []string) {
		for _, cell := range cells {
			text.WriteString("| " + visible.Markdown(visible.Line(cell)) + " ")
		}
		text.WriteString("|\n")
	}
	line(append([]string{s.title}, header[1:]...))
	text.WriteString(strings.Repeat("| --- ", len(header)) + "|\n")
	for _, row := range s.rows {
		line(row)
	}
	return block(w, text.String()+"\n")
}
