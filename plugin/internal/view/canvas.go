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
	// cuts tells that the terminal cuts lines when it becomes narrower; most break them anew.
	cuts bool
	// drawn are the widths of the lines that were drawn last, and last what they were.
	drawn []int
	last  []string
	size  board.Size
	// above are the widths of lines that left the terminal at its top, as a whole or in part, because it became smaller.
	// It shows them again, above the others, when it becomes larger. While there are some, all that it shows is ours.
	above []int
}

// canvasOf is one for a terminal as the environment has it.
func canvasOf(out io.Writer, getenv func(string) string) canvas {
	cuts := getenv("XTERM_VERSION") != "" || getenv("STY") != "" // xterm and screen
	return canvas{out: out, palette: paletteOf(getenv), cuts: cuts && getenv("TMUX") == ""}
}

// draw shows a picture in the place of the one before, in a terminal of a size. It is told how much room it has.
func (c *canvas) draw(picture func(board.Size) []board.Line, size board.Size) {
	room := roomOf(size)
	before := c.rows(size.Width)
	above, rest := c.outside(before-room, size.Width)
	free := max(room-c.broken(rest, size.Width), 0)
	lines := picture(board.Size{Width: size.Width, Height: free + 1})
	lines = lines[:min(len(lines), free)]
	if len(above) > 0 { // else the cursor is not in the last row, and more may leave than is known
		lines = append(lines, make([]board.Line, free-len(lines))...)
	}
	texts := c.paint(lines)
	if size == c.size && slices.Equal(texts, c.last) {
		return
	}
	c.write(slices.Concat(c.blank(rest, size.Width), texts), before, room)
	c.above, c.drawn, c.last, c.size = above, make([]int, len(lines)), texts, size
	for i, l := range lines {
		c.drawn[i] = l.Width()
	}
}

// leave shows lines in the place of those before, which stay.
func (c *canvas) leave(lines []board.Line, size board.Size) {
	c.write(c.paint(lines), c.rows(size.Width), roomOf(size))
	c.drawn, c.above, c.last = nil, nil, nil
}

// roomOf is how many rows a terminal has above the cursor.
func roomOf(size board.Size) int { return max(size.Height-1, 1) }

// erased is a row without what was in it, which is a line then if it was a part of one.
func erased(text string) string { return aec.EraseLine(aec.EraseModes.Tail).String() + text }

// paint is lines in their colours.
func (c *canvas) paint(lines []board.Line) []string {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = erased(c.palette.paint(l))
	}
	return texts
}

// write shows texts in the place of so many rows, of which the terminal has room for no more than that. It never erases
// the whole screen at once, which some terminals keep then. The row below is erased, too, for the terminal echoes there
// what is typed, such as ^C.
func (c *canvas) write(texts []string, before, room int) {
	var b strings.Builder
	b.WriteString(aec.Hide.String() + "\r")
	if before > 0 {
		b.WriteString(aec.Up(uint(before)).String())
	}
	for _, text := range texts {
		b.WriteString(text + "\n")
	}
	over := max(min(before, room)-len(texts), 0)
	b.WriteString(strings.Repeat(erased("\n"), over) + erased(""))
	if over > 0 {
		b.WriteString(aec.Up(uint(over)).String())
	}
	b.WriteString(aec.Show.String())
	drawn(c.out, b.String())
}

// rows are how many rows of a terminal that is as wide the lines take that were drawn, with those above.
func (c *canvas) rows(width int) (sum int) {
	for _, line := range slices.Concat(c.above, c.drawn) {
		sum += max(c.broken(line, width), 1)
	}
	return sum
}

// outside are the lines of so many first rows, and how wide the rest of the last of them is, which the terminal shows.
func (c *canvas) outside(rows, width int) (lines []int, rest int) {
	for _, line := range slices.Concat(c.above, c.drawn) {
		if rows <= 0 {
			break
		}
		lines = append(lines, line)
		rest = max(line-rows*width, 0)
		rows -= max(c.broken(line, width), 1)
	}
	if c.cuts {
		rest = 0
	}
	return lines, rest
}

// broken is how many rows a line takes in a terminal that is as wide.
func (c *canvas) broken(line, width int) int {
	if c.cuts {
		return min(line, 1)
	}
	return (line + width - 1) / max(width, 1)
}

// blank is the rest of a line that began above. It stays a part of that, which terminals understand in many ways else.
func (c *canvas) blank(rest, width int) (texts []string) {
	for ; rest > 0; rest -= width {
		texts = append(texts, strings.Repeat(" ", min(rest, width))+"\r")
	}
	return texts
}
