package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
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
	// pageWidth is the room of a table where the terminal does not tell its own, mostRows how many rows one has, unless
	// all are asked for.
	pageWidth = 80
	mostRows  = 20
	// least is how many characters of a cell are shown at least.
	least = 12
)

// text writes the page in so many columns of a terminal; 0: there is no end. All has every row shown, in whole.
func (p *page) text(w io.Writer, width int, all bool) error {
	if all {
		width = 0
	}
	for i, s := range p.parts {
		if s.text != "" {
			if err := lines(w, columns.Wrap(s.text, width)); err != nil {
				return err
			}
			continue
		}
		if i > 0 && p.parts[i-1].text == "" {
			if err := block(w, "\n"); err != nil {
				return err
			}
		}
		if err := s.print(w, width, all); err != nil {
			return err
		}
	}
	return nil
}

// print writes a table: its title is the header of its first column.
func (s section) print(w io.Writer, width int, all bool) error {
	left := 0
	if !all && !s.whole && len(s.rows) > mostRows {
		left = len(s.rows) - mostRows
		s.rows = s.rows[:mostRows]
	}
	t := s.table()
	if width > 0 {
		if t.TooMany(width, least) && len(s.sides) > 0 {
			t = s.grouped(firstNames)
		}
		t.Fit(width, least)
	}
	if err := printTable(w, t); err != nil || left == 0 {
		return err
	}
	return printf(w, "and %d more; --no-trunc shows them\n", left)
}

// table is the section as it is.
func (s section) table() *columns.Table {
	header := s.header
	if header == nil {
		header = make([]string, len(s.rows[0]))
	}
	t := columns.New(append([]string{s.title}, header[1:]...)...)
	for _, row := range s.rows {
		t.Add(row...)
	}
	return t
}

// grid is the section in so many columns of a terminal, with all that it says: where its sides have no room beside each
// other they stand behind what they have.
func (s section) grid(width int) *columns.Table {
	return columns.Choose(width, comfortable, s.table, func() *columns.Table { return s.table().Narrow() },
		func() *columns.Table {
			return s.grouped(func(names []string) string { return strings.Join(names, ", ") }).Narrow()
		})
}

// grouped is the table for many sides: behind each row its values, each with the sides that have it, the most frequent
// value first.
func (s section) grouped(list func(names []string) string) *columns.Table {
	const mostValues = 6
	t := columns.New(s.title, "", "")
	for _, row := range s.rows {
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
				t.Add("", fmt.Sprintf("and %d other values", len(values)-i), "")
				break
			}
			t.Add(title, value, list(of[value]))
			title = ""
		}
	}
	return t
}

// firstNames are names in a line: all of them, or the first ones and how many there are.
func firstNames(names []string) string {
	const most = 2
	if len(names) <= most+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%d: %s, …", len(names), strings.Join(names[:most], ", "))
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
