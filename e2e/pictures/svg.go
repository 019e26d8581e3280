//go:build linux

package main

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	"github.com/tonistiigi/vt100"
)

// line is a line of a terminal: pieces of text, each of one colour.
type line []piece

type piece struct {
	text  string
	color color.RGBA
}

// linesOf is what a terminal shows.
func linesOf(screen *vt100.VT100) (lines []line) {
	last := 0 // the lowest row that is not empty
	for y, row := range screen.Content {
		if strings.TrimSpace(string(row)) != "" {
			last = y
		}
	}
	for y := range last + 1 {
		var l line
		for x, r := range screen.Content[y] {
			fg := screen.Format[y][x].Fg
			if last := len(l) - 1; last >= 0 && l[last].color == fg {
				l[last].text += string(r)
				continue
			}
			l = append(l, piece{string(r), fg})
		}
		lines = append(lines, l)
	}
	return lines
}

// textOf is the text alone.
func textOf(lines []line) string {
	var b strings.Builder
	for _, l := range lines {
		for _, p := range l {
			b.WriteString(p.text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// svg draws lines as a dark terminal.
func svg(lines []line) string {
	const row, foot, margin = 19, 5, 14 // of a font of 14 pixels
	columns := func(n int) int { return n * 843 / 100 }
	wide, high := columns(width)+2*margin, row*len(lines)+2*margin
	colors := map[color.RGBA]string{vt100.Green: "#3fb950", vt100.Red: "#f85149", vt100.Yellow: "#d29922"}
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" `+
		`font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" `+
		"font-size=\"14\" fill=\"#e6edf3\">\n<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#0d1117\"/>\n",
		wide, high, wide, high)
	for y, l := range lines {
		column := 0
		for _, p := range l {
			at, text := column, strings.TrimRight(p.text, " ")
			column += len([]rune(p.text))
			if text == "" {
				continue
			}
			fill := ""
			if c := colors[p.color]; c != "" {
				fill = ` fill="` + c + `"`
			}
			left, base, length := margin+columns(at), margin+row*(y+1)-foot, columns(len([]rune(text)))
			_, _ = fmt.Fprintf(&b, `<text x="%d" y="%d" textLength="%d" xml:space="preserve"%s>%s</text>`+"\n",
				left, base, length, fill, html.EscapeString(text))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
