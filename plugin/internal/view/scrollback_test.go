package view

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scrollback is an emulated terminal with what has left it at the top, which it gives back when it becomes larger. The
// lines of text are broken anew when it becomes narrower or wider, as most terminals do, or else cut, as xterm does.
type scrollback struct {
	width, height int
	cuts          bool
	// forgets tells that a row which is erased as a whole does not go on from the one above, as in tmux.
	forgets bool
	// rows are those above and those on the screen, which begins at top.
	rows      []textRow
	top, y, x int
}

// textRow is a row, and whether the next one is of the same line.
type textRow struct {
	text string
	goes bool
}

// control is what a terminal obeys, of what the board says.
var control = regexp.MustCompile(`^(?:\x1b\[[0-9;?]*[A-Za-z]|[\r\n])`)

// Write implements [io.Writer].
func (v *scrollback) Write(p []byte) (int, error) {
	for text := string(p); text != ""; {
		if text[0] < ' ' {
			order := control.FindString(text)
			v.obey(order)
			text = text[len(order):]
			continue
		}
		letter, size := utf8.DecodeRuneInString(text)
		v.put(letter)
		text = text[size:]
	}
	return len(p), nil
}

func (v *scrollback) obey(order string) {
	number := func() int {
		n, err := strconv.Atoi(strings.Trim(order, "\x1b[?AJKhlm"))
		if err != nil {
			return 0
		}
		return n
	}
	switch order[len(order)-1] {
	case '\r':
		v.x = 0
	case '\n':
		v.x = 0
		v.down()
	case 'A':
		v.y = max(v.y-max(number(), 1), v.top)
	case 'K':
		row := []rune(v.rows[v.y].text)
		v.rows[v.y].text = string(row[:min(v.x, len(row))])
		v.rows[v.y].goes = v.rows[v.y].goes && v.x > 0
		if v.forgets && v.x == 0 && v.y > 0 {
			v.rows[v.y-1].goes = false
		}
	case 'J':
		if v.x == 0 && v.y == v.top { // tmux keeps a screen that is erased as a whole
			v.top = len(v.rows)
			v.rows, v.y = append(v.rows, make([]textRow, v.height)...), v.top
		}
		v.obey("\x1b[K")
		clear(v.rows[v.y+1:])
	}
}

// down goes to the next row, and moves the first out where there is none.
func (v *scrollback) down() {
	if v.y++; v.y == v.top+v.height {
		v.rows = append(v.rows, textRow{})
		v.top++
	}
}

func (v *scrollback) put(letter rune) {
	if v.x == v.width {
		v.rows[v.y].goes = true
		v.x = 0
		v.down()
	}
	row := []rune(v.rows[v.y].text)
	for len(row) <= v.x {
		row = append(row, ' ')
	}
	row[v.x] = letter
	v.rows[v.y].text = string(row)
	v.x++
}

// become makes the terminal as large. Empty rows below the cursor go before those at the top do.
func (v *scrollback) become(width, height int) {
	if width != v.width {
		v.fold(width)
	}
	for len(v.rows)-v.y-1 > 0 && len(v.rows)-v.top > height {
		v.rows = v.rows[:len(v.rows)-1]
	}
	grown := max(height-v.height, 0)
	v.width, v.height = width, height
	v.top = max(min(v.top, len(v.rows)-height, v.top-grown), 0)
	v.top = max(v.top, len(v.rows)-height)
	for len(v.rows) < v.top+height {
		v.rows = append(v.rows, textRow{})
	}
}

// fold breaks lines anew.
func (v *scrollback) fold(width int) {
	var rows []textRow
	below, line := len(v.rows)-v.y, ""
	for i, row := range v.rows {
		if v.cuts {
			rows = append(rows, textRow{text: string([]rune(row.text)[:min(len([]rune(row.text)), width)])})
			continue
		}
		if line += row.text; row.goes && i < v.y-1 {
			continue
		}
		for letters := []rune(line); ; letters = letters[width:] {
			if len(letters) <= width {
				rows = append(rows, textRow{text: string(letters)})
				break
			}
			rows = append(rows, textRow{text: string(letters[:width]), goes: true})
		}
		line = ""
	}
	v.rows, v.y = rows, len(rows)-below
	v.top = max(min(v.top, v.y), 0)
	blank := func(r textRow) bool { return r.text == "" }
	for len(v.rows)-v.top > v.height && len(v.rows) > v.y+1 && blank(v.rows[len(v.rows)-1]) {
		v.rows = v.rows[:len(v.rows)-1]
	}
	v.top = max(len(v.rows)-v.height, 0)
}

// all are the lines above and on the screen, without the empty ones below.
func (v *scrollback) all() (list []string) {
	goes := false
	for _, row := range v.rows {
		text := strings.TrimRight(row.text, " ")
		if goes {
			list[len(list)-1] += text
		} else {
			list = append(list, text)
		}
		goes = row.goes
	}
	return trimmed(list)
}

// screen are the rows on the screen, without the empty ones below.
func (v *scrollback) screen() (list []string) {
	for _, row := range v.rows[v.top:] {
		list = append(list, strings.TrimRight(row.text, " "))
	}
	return trimmed(list)
}

func trimmed(list []string) []string {
	for len(list) > 0 && list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	return slices.Clip(list)
}
