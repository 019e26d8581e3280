package board

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// Size is what a terminal has room for.
type Size struct{ Width, Height int }

// Screen is the board in lines that fit, none of them as wide as the terminal: what does not fit is left away, from
// the last lines of a step to the rows that are waiting.
func (b *Board) Screen(size Size, now time.Time) []Line {
	if !b.ended.IsZero() {
		now = b.ended
	}
	width, height := max(size.Width-1, 1), max(size.Height-1, 1)
	lines := append([]Line{b.head(width, now)}, b.body(width, now)...)
	for _, note := range b.notes {
		lines = append(lines, Line{{Text: fit(note, width)}})
	}
	if len(lines) > height {
		lines = b.shorten(lines, height, width)
	}
	return append(lines, b.output(width, height-len(lines), now)...)
}

// head is the title, and how long all of it takes.
func (b *Board) head(width int, now time.Time) Line {
	watch := clock(now.Sub(b.began))
	if b.began.IsZero() {
		watch = clock(0)
	}
	room := width - len(watch) - 1
	if room < len(watch) {
		return Line{{Text: fit(b.Title, width)}}
	}
	return Line{{Text: pad(b.Title, room) + " " + watch}}
}

// body is a line for each row, and for what belongs to none. Where there are no rows every such step is one.
func (b *Board) body(width int, now time.Time) []Line {
	var rows, others []cells
	for _, r := range b.rows {
		rows = append(rows, r.cells(now))
	}
	for _, s := range b.common() {
		if len(b.rows) == 0 || !s.done() || s.failed() {
			others = append(others, s.cells(now))
		}
	}
	return append(layOut(rows, width), layOut(others, width)...)
}

// shorten leaves out rows of which there is least to say: done well, then waiting, the last ones first. They are
// counted.
func (b *Board) shorten(lines []Line, height, width int) []Line {
	rows := lines[1:]
	room := max(height-2, 0) // the head, and how many are left out
	var kept []Line
	for _, wanted := range []Tone{Bad, Busy, Off, Plain, Good} {
		for _, l := range rows {
			if len(l) > 0 && l[0].Tone == wanted && len(kept) < room {
				kept = append(kept, l)
			}
		}
	}
	var inOrder []Line
	left := map[Tone]int{}
	for _, l := range rows {
		if slices.ContainsFunc(kept, func(k Line) bool { return &k[0] == &l[0] }) {
			inOrder = append(inOrder, l)
		} else if len(l) > 1 { // a note has one part
			left[l[0].Tone]++
		}
	}
	short := append([]Line{lines[0]}, inOrder...)
	if len(short) < height {
		short = append(short, Line{{Text: fit("… and "+leftOut(left, len(rows)-len(inOrder)), width)}})
	}
	return short[:min(len(short), height)]
}

// leftOut says how many lines are left out, and of what.
func leftOut(by map[Tone]int, total int) string {
	var parts []string
	notes := total
	for _, kind := range []struct {
		tone Tone
		word string
	}{{Bad, failed}, {Busy, "at work"}, {Off, canceled}, {Plain, waiting}, {Good, "done"}} {
		if n := by[kind.tone]; n > 0 {
			notes -= n
			parts = append(parts, fmt.Sprintf("%d %s", n, kind.word))
		}
	}
	if notes > 0 {
		parts = append(parts, fmt.Sprintf("%d said", notes))
	}
	return fmt.Sprintf("%d more: %s", total, strings.Join(parts, ", "))
}

// output is the end of what a step wrote: of the first that failed, else of the one that was begun last.
func (b *Board) output(width, room int, _ time.Time) []Line {
	const head, most = 2, 12
	s, name := b.focus()
	room = min(room-head, most)
	if s == nil || room < 0 || len(s.lines) == 0 && !s.broken() {
		return nil
	}
	lines := []Line{nil, {{Text: fit(name, width)}}}
	if s.broken() {
		lines[1] = s.headline(width)
	}
	shown := s.lines
	if len(shown) > room {
		shown = shown[len(shown)-room:]
	}
	for _, text := range shown {
		lines = append(lines, Line{{Text: fit(strings.TrimRight("  | "+untabbed(text), " "), width)}})
	}
	return lines
}

// focus is the step whose output is shown, and what it is called.
func (b *Board) focus() (*step, string) {
	var last *step
	for _, s := range b.steps {
		switch {
		case s.broken():
			return s, s.vertex.Name
		case s.begunAlready() && len(s.lines) > 0 && (last == nil || !s.begun.Before(last.begun)):
			last = s
		}
	}
	if last == nil {
		return nil, ""
	}
	return last, last.vertex.Name
}

// headline names a step and why it failed, of which the end is what counts.
func (s *step) headline(width int) Line {
	const few = 3
	why := fit(": "+s.why(), max(width-width/few, 1))
	return Line{{Text: fit(fit(s.vertex.Name, width-runewidth.StringWidth(why))+why, width), Tone: Bad}}
}

// faults are the steps that failed, each with the end of what it wrote, in whole lines: they stay, and are read. Of one
// that wrote nothing nothing is said.
func (b *Board) faults(width int) (lines []Line) {
	const most = 12
	for _, s := range b.steps {
		if !s.broken() || len(s.lines) == 0 {
			continue
		}
		lines = append(lines, s.headline(width))
		for _, text := range s.lines[max(0, len(s.lines)-most):] {
			for _, part := range folded(strings.TrimRight("  | "+untabbed(text), " "), width, "    ") {
				lines = append(lines, Line{{Text: part}})
			}
		}
	}
	return lines
}

// Last is the board in the end, however many lines it has: all rows, or none where a table takes their place, nor a
// title of nothing; what is to stay; and the end of what the steps wrote that failed.
func (b *Board) Last(width int, giveWay bool) []Line {
	width = max(width-1, 1)
	var lines []Line
	if body := b.body(width, b.ended); !giveWay && len(body) > 0 {
		lines = append([]Line{b.head(width, b.ended)}, body...)
	}
	for _, note := range b.notes {
		lines = append(lines, Line{{Text: note}})
	}
	return append(lines, b.faults(width)...)
}
