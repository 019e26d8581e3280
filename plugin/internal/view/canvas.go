package view

import (
	"io"
	"slices"
	"strings"

	"github.com/morikuni/aec"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
)

// canvas draws lines over those that it drew before, at the end of what a terminal shows. Nothing of the terminal is
// left changed between two drawings: whoever is killed leaves it as it is.
type canvas struct {
	out     io.Writer
	palette palette
	// drawn are the widths of the lines that were drawn last, and last what they were.
	drawn []int
	last  []string
	width int
}

// draw shows lines in the place of those before, in a terminal that is as wide.
func (c *canvas) draw(lines []board.Line, width int) {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = c.palette.paint(l)
	}
	if width == c.width && slices.Equal(texts, c.last) {
		return
	}
	var b strings.Builder
	b.WriteString(aec.Hide.String())
	before := c.back(&b, width)
	c.drawn = c.drawn[:0]
	for i, text := range texts {
		b.WriteString(text + aec.EraseLine(aec.EraseModes.Tail).String() + "\n")
		c.drawn = append(c.drawn, lines[i].Width())
	}
	if over := before - len(texts); over > 0 {
		b.WriteString(strings.Repeat(aec.EraseLine(aec.EraseModes.Tail).String()+"\n", over) + aec.Up(uint(over)).String())
	}
	b.WriteString(aec.Show.String())
	c.last, c.width = texts, width
	drawn(c.out, b.String())
}

// leave shows lines in the place of those before, which stay.
func (c *canvas) leave(lines []board.Line, width int) {
	c.width = 0 // whatever was drawn
	c.draw(lines, width)
	c.drawn = nil
}

// back goes to where the lines begin that were drawn, and tells how many there are. Those that are wider than the
// terminal is by now were broken by it into several.
func (c *canvas) back(b *strings.Builder, width int) (up int) {
	for _, drawn := range c.drawn {
		up += 1 + max(drawn-1, 0)/max(width, 1)
	}
	b.WriteString("\r")
	if up > 0 {
		b.WriteString(aec.Up(uint(up)).String())
	}
	if width != c.width {
		b.WriteString(aec.EraseDisplay(aec.EraseModes.Tail).String())
	}
	return up
}
