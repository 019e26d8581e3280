package board

import (
	"fmt"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// Tone is what the look of a part of a line means.
type Tone int

// Tones. Most of a line has none.
const (
	Plain Tone = iota
	Good
	Bad
	Busy
	Off
)

// Span is a part of a line of one tone.
type Span struct {
	Text string
	Tone Tone
}

// Line is a line of the screen.
type Line []Span

// String is the line without its tones.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Width is how many columns the line takes.
func (l Line) Width() int { return runewidth.StringWidth(strings.TrimRight(l.String(), " ")) }

// cut is the line in so many columns.
func (l Line) cut(width int) Line {
	var short Line
	for _, s := range l {
		if width <= 0 {
			break
		}
		if runewidth.StringWidth(s.Text) > width {
			s.Text = fit(s.Text, width)
		}
		width -= runewidth.StringWidth(s.Text)
		short = append(short, s)
	}
	return short
}

// fit is a text in so many columns at most.
func fit(text string, width int) string {
	if runewidth.StringWidth(text) <= width {
		return text
	}
	return runewidth.Truncate(text, max(width, 0), "…")
}

// folded is a text in lines of so many columns, of which those that follow begin with a hanging indent. Of a very long
// text the end goes, and on a very narrow terminal what a line has no room for.
func folded(text string, width int, hanging string) (lines []string) {
	const narrow, most = 32, 6 // columns; lines, so that one of a thousand columns leaves room for others
	for width >= narrow && runewidth.StringWidth(text) > width && len(lines) < most-1 {
		head := runewidth.Truncate(text, width, "")
		if end := strings.LastIndexByte(head, ' '); end > len(head)/2 { // else it is a word, and that is broken
			head = head[:end+1]
		}
		lines = append(lines, strings.TrimRight(head, " "))
		text = hanging + text[len(head):]
	}
	return append(lines, fit(text, width))
}

// pad is a text in so many columns.
func pad(text string, width int) string { return runewidth.FillRight(fit(text, width), width) }

// untabbed is a line of output as a screen has it.
func untabbed(text string) string { return strings.ReplaceAll(text, "\t", "    ") }

// clock is a time that runs, as a watch has it.
func clock(d time.Duration) string {
	seconds := int(d.Seconds())
	const minute, hour = 60, 3600
	if seconds >= hour {
		return fmt.Sprintf("%d:%02d:%02d", seconds/hour, seconds%hour/minute, seconds%minute)
	}
	return fmt.Sprintf("%d:%02d", seconds/minute, seconds%minute)
}

// took is a time that has passed.
func took(d time.Duration) string {
	if d >= time.Minute {
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%.1fs", d.Seconds())
}
