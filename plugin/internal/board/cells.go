package board

import (
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// cells are the parts of a line of the board.
type cells struct {
	// row tells that it is one, and no step that belongs to none.
	row                                    bool
	tone                                   Tone
	name, how, stage, step, transfer, time string
}

// cells of a row.
func (r *Row) cells(now time.Time) cells {
	c := cells{row: true, name: r.name, how: r.how, stage: r.stage(), tone: r.tone()}
	s := r.current()
	if s != nil && (!r.over() || r.fault) {
		l := r.labels[s.id]
		if c.step = s.doing(l.text); c.step == c.stage {
			c.step = ""
		}
		c.step = strings.TrimPrefix(c.step, stageOf(l)+" ") // which is to be read beside it
		c.transfer = s.transfer()
	}
	switch {
	case r.over():
		c.time = took(r.clock(now))
	case s != nil:
		c.time = clock(r.clock(now))
	}
	return c
}

// tone is what the state of a row means.
func (r *Row) tone() Tone {
	s := r.current()
	switch {
	case r.verdict != canceled && r.fault, s != nil && s.broken():
		return Bad
	case r.verdict == canceled, s != nil && s.done() && s.canceled():
		return Off
	case r.over():
		return Good
	case s == nil:
		return Plain
	}
	return Busy
}

// cells of a step that belongs to no row.
func (s *step) cells(now time.Time) cells {
	c := cells{name: s.vertex.Name, tone: s.tone(), transfer: s.transfer(), time: clock(s.took(now))}
	if s.done() {
		c.time = took(s.took(now))
	}
	if s.failed() && !s.canceled() {
		c.stage = failed
	}
	return c
}

// tone is what the state of a step means.
func (s *step) tone() Tone {
	switch {
	case s.canceled():
		return Off
	case s.failed():
		return Bad
	case s.done():
		return Good
	}
	return Busy
}

// glyph is the first mark of a line.
func glyph(t Tone) string {
	return map[Tone]string{Plain: "·", Good: "✔", Bad: "✘", Busy: "▸", Off: "■"}[t]
}

// widths are those of the columns. Only the step shrinks with the terminal, and then the name.
type widths struct{ name, how, stage, step, time int }

// Columns of the board: what stands between two, what a line begins with, what a step must have to be shown, and what
// the stage has, so that it does not move the others.
const (
	gap       = 2
	mark      = 2
	leastStep = 12
	leastName = 8
	usual     = 14
)

// layOut makes lines of cells, in columns, none wider than width. What there is no room for goes: how it runs, the
// step, the time.
func layOut(list []cells, width int) (lines []Line) {
	w := widthsOf(list, width)
	if short := brief(list); w.name < nameOf(list) && short != nil {
		list = short
		w = widthsOf(list, width)
	}
	between := Span{Text: strings.Repeat(" ", gap)}
	for _, c := range list {
		l := Line{{Text: glyph(c.tone), Tone: c.tone}, {Text: " "}}
		if w.step > 0 {
			l = append(l, Span{Text: pad(c.name, w.name)})
		} else {
			l = append(l, Span{Text: beside(c.name, c.transfer, w.name)})
		}
		if w.how > 0 {
			l = append(l, between, Span{Text: pad(c.how, w.how)})
		}
		if w.stage > 0 {
			l = append(l, between, Span{Text: pad(c.stage, w.stage), Tone: c.tone})
		}
		if w.step > 0 {
			l = append(l, between, Span{Text: beside(c.step, c.transfer, w.step)})
		}
		if w.time > 0 {
			l = append(l, between, Span{Text: runewidth.FillLeft(c.time, w.time)})
		}
		lines = append(lines, l.cut(width))
	}
	return lines
}

// nameOf is how many columns the longest name has.
func nameOf(list []cells) (width int) {
	for _, c := range list {
		width = max(width, runewidth.StringWidth(c.name))
	}
	return width
}

// brief are rows without the operating system that all of them have; nil: it is not one.
func brief(list []cells) (short []cells) {
	for _, c := range list {
		name := strings.TrimPrefix(strings.Replace(" "+c.name, " linux/", " ", 1), " ")
		if name == c.name || !c.row {
			return nil
		}
		c.name = name
		short = append(short, c)
	}
	return short
}

// beside is a text and what stands at the right end of its column, where there is room for both.
func beside(text, right string, width int) string {
	if room := width - runewidth.StringWidth(right) - gap; right != "" && room >= leastStep {
		return pad(text, room) + strings.Repeat(" ", gap) + right
	}
	return pad(text, width)
}

// widthsOf shares the columns of a line out.
func widthsOf(list []cells, width int) (w widths) {
	rows := false
	for _, c := range list {
		rows = rows || c.row
		w.name = max(w.name, runewidth.StringWidth(c.name))
		w.how = max(w.how, runewidth.StringWidth(c.how))
		w.stage = max(w.stage, runewidth.StringWidth(c.stage))
		w.time = max(w.time, runewidth.StringWidth(c.time), len("0:00"))
	}
	if rows && width > (usual+gap)*3 {
		w.stage = max(w.stage, usual)
	}
	for _, column := range []*int{&w.how, &w.time} {
		if w.left(width) < 0 {
			*column = 0
		}
	}
	left := w.left(width)
	switch {
	case !rows:
		w.name = max(w.name+left, 1)
	case left < 0: // what is too long of the stage is cut
		w.name = max(w.name+left, min(w.name, leastName))
	case left >= leastStep+gap:
		w.step = left - gap
	}
	return w
}

// left are the columns that nothing stands in.
func (w widths) left(width int) int {
	width -= mark + w.name
	for _, column := range []int{w.how, w.stage, w.step, w.time} {
		if column > 0 {
			width -= column + gap
		}
	}
	return width
}
