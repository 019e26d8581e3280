package board

import (
	"fmt"
	"time"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// print shows a line.
func (l *Log) print(line entry) {
	text := line.text
	if line.of != nil {
		if line.of.number == 0 {
			l.Count++
			line.of.number = l.Count
		}
		text = fmt.Sprintf("#%d %s", line.of.number, text)
	}
	l.out = append(l.out, visible.Uncommanded(text))
}

// open begins the lines of a row, with those that were held.
func (l *Log) open(s *section) {
	if s.row != nil && !s.opened && (len(s.held) > 0 || !s.over()) {
		s.opened = true
		l.out = append(l.out, l.Fold.begin(s.row, s.again)...)
	}
	for _, line := range s.held {
		l.print(line)
	}
	s.held = nil
}

// turn ends the row that is shown when it has come to its end, and shows the next: those that have ended, then the one
// that was begun first.
func (l *Log) turn(now time.Time) {
	for {
		if l.live != nil && !l.live.over() && !l.suspend(now) {
			return
		}
		if l.live != nil {
			l.end(l.live, now)
			l.live = nil
		}
		if l.flush(); !l.next(now) {
			return
		}
		l.open(l.live)
	}
}

// suspend lets a row that has come to its end, and waited, come before the one that is shown, which goes on after it.
func (l *Log) suspend(now time.Time) bool {
	for _, s := range l.sections {
		if s == l.live || s.row == nil || s.closed || !s.row.over() || now.Sub(s.row.ended) < patience {
			continue
		}
		if l.live.opened {
			l.out = append(l.out, l.Fold.end(l.live.row, l.live.again, now)...)
		}
		l.live.opened, l.live.again = false, l.live.opened
		l.live = s
		l.open(s)
		return true
	}
	return false
}

// flush shows what belongs to no row.
func (l *Log) flush() {
	for _, s := range l.sections {
		if s.row == nil {
			l.open(s)
		}
	}
}

// next chooses the row to be shown.
func (l *Log) next(now time.Time) bool {
	for _, s := range l.sections {
		if s.row == nil || s.closed {
			continue
		}
		if s.row.over() {
			l.live = s
			return true
		}
		waits := s.again || len(s.held) > 0 || !s.row.began.IsZero() && now.Sub(s.row.began) >= patience
		if waits && (l.live == nil || s.row.began.Before(l.live.row.began)) {
			l.live = s
		}
	}
	return l.live != nil
}

// end closes the lines of a row, and says what came of it where it is seen also when they are folded.
func (l *Log) end(s *section, now time.Time) {
	s.closed = true
	if s.row == nil {
		return
	}
	if s.opened {
		l.out = append(l.out, l.Fold.end(s.row, s.again, now)...)
	}
	if l.Fold == Unfolded {
		return
	}
	l.again(s)
	if s.row.verdict != "" {
		l.out = append(l.out, fmt.Sprintf("%s: %s %s", s.row.name, s.row.verdict, took(s.row.clock(s.row.ended))))
	}
}

// again shows the end of what failed outside of what is folded.
func (l *Log) again(s *section) {
	const most = 10
	for _, failing := range s.row.steps {
		if r := l.records[failing.id]; r != nil && failing.broken() {
			for _, text := range failing.lines[max(0, len(failing.lines)-most):] {
				l.print(entry{r, "| " + text})
			}
			l.print(entry{r, "FAILED: " + failing.why()})
		}
	}
}
