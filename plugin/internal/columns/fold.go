package columns

import (
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// narrowest is how wide a column that is folded stays at least.
const narrowest = 8

// room is how wide a column may be at most so that all have room; 0: there is room for each as it is, or there are too
// many of them, and it is the terminal that breaks the lines.
func (t *Table) room(width int) int {
	widths := t.widths()
	if t.sum(widths) <= width {
		return 0
	}
	capped := func(most int) int {
		short := make([]int, len(widths))
		for i, w := range widths {
			short[i] = min(w, most)
		}
		return t.sum(short)
	}
	most := slices.Max(widths)
	for most >= narrowest && capped(most) > width {
		most--
	}
	if most < narrowest {
		return 0
	}
	return most
}

// Fits tells that the table has room in so many columns of a terminal, if no column needs to be folded that has not so
// many as comfortable; 0: in whole.
func (t *Table) Fits(width, comfortable int) bool {
	return t.Width() <= width || comfortable > 0 && t.room(width) >= comfortable
}

// Within is the table in so many columns of a terminal: cells that are too wide are continued below; 0: there is no
// end.
func (t *Table) Within(width int) *Table {
	room := 0
	if width > 0 {
		room = t.room(width)
	}
	if room == 0 {
		return t
	}
	folded := &Table{gap: t.gap}
	for _, row := range t.rows {
		folded.rows = append(folded.rows, foldedRow(row, room)...)
	}
	return folded
}

// foldedRow is a row whose cells are continued below.
func foldedRow(row []string, room int) [][]string {
	cells, height := make([][]string, len(row)), 1
	for i, cell := range row {
		cells[i] = Wrap(cell, room)
		height = max(height, len(cells[i]))
	}
	rows := make([][]string, height)
	for n := range rows {
		rows[n] = make([]string, len(row))
		for i, lines := range cells {
			if n < len(lines) {
				rows[n][i] = lines[n]
			}
		}
	}
	return rows
}

// Choose is the first of tables that has room in so many columns of a terminal, else the last; each says less than the
// one before. What has no room in it is continued below. comfortable is how many columns are enough for a cell that is
// folded; 0: none is, before the last.
func Choose(width, comfortable int, tables ...func() *Table) *Table {
	for _, make := range tables[:len(tables)-1] {
		if t := make(); width == 0 || t.Fits(width, comfortable) {
			return t.Within(width)
		}
	}
	return tables[len(tables)-1]().Within(width)
}

// Wrap is a text in lines of so many columns: broken at spaces, else behind what parts a list, a name or a path.
func Wrap(text string, width int) []string {
	var lines []string
	for width > 0 && runewidth.StringWidth(text) > width {
		end := breakAt(text, width)
		lines = append(lines, strings.TrimRight(text[:end], " "))
		text = strings.TrimLeft(text[end:], " ")
	}
	return append(lines, text)
}

// breakAt is where a line of so many columns ends in a text that is longer.
func breakAt(text string, width int) int {
	room := len(runewidth.Truncate(text, width, ""))
	if room == 0 { // a wide character in one column
		room = len(string([]rune(text)[:1]))
	}
	if strings.HasPrefix(text[room:], " ") {
		return room
	}
	for _, behind := range []string{" ", ",;", "/:@", "-._+"} {
		if i := strings.LastIndexAny(text[:room], behind); i > 0 {
			return i + 1
		}
	}
	return room
}

// Paragraph is a text in lines of so many columns, of which those that follow begin with a hanging indent.
func Paragraph(text string, width int, hanging string) string {
	lines := Wrap(text, width-len(hanging))
	return strings.Join(lines, "\n"+hanging)
}

// Sentence is a text in lines of so many columns, broken between its words alone: a word that is wider stays whole. The
// lines that follow begin with a hanging indent, behind that of the first; 0: one line.
func Sentence(text string, width int, hanging string) string {
	if width <= 0 || runewidth.StringWidth(text) <= width {
		return text
	}
	indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
	lines := []string{indent}
	for word := range strings.SplitSeq(text[len(indent):], " ") {
		last := &lines[len(lines)-1]
		switch {
		case strings.TrimSpace(*last) == "":
			*last += word
		case runewidth.StringWidth(*last+" "+word) <= width:
			*last += " " + word
		default:
			lines = append(lines, indent+hanging+word)
		}
	}
	return strings.Join(lines, "\n")
}

// Shorten cuts a text to a number of columns, at its end or at its beginning.
func Shorten(text string, room int, keepEnd bool) string {
	if runewidth.StringWidth(text) <= room {
		return text
	}
	const mark = "…"
	if !keepEnd {
		return runewidth.Truncate(text, room, mark)
	}
	return runewidth.TruncatePrefix(text, room, mark)
}

// Fit shortens the widest cells until the table has room. The first column keeps the end of a path, others keep their
// beginning. No cell is made shorter than least.
func (t *Table) Fit(width, least int) {
	for t.Width() > width {
		widths := t.widths()
		widest := slices.Max(widths)
		column := slices.Index(widths, widest)
		room := max(widest-(t.Width()-width), least)
		if room >= widest {
			return
		}
		for _, row := range t.rows {
			row[column] = Shorten(row[column], room, column == 0)
		}
	}
}

// TooMany tells that the columns have no room beside each other, however short they are made, but not below least.
func (t *Table) TooMany(width, least int) bool {
	widths := t.widths()
	for i := range widths {
		widths[i] = min(widths[i], least)
	}
	return t.sum(widths) > width
}
