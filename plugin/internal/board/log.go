package board

import (
	"fmt"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
)

// Log is a board for a file: what belongs to one row stands together. One row is shown as it goes, the others when it
// has come to its end. It is for one goroutine.
type Log struct {
	Board
	// Fold are the marks by which a CI folds the lines of a row.
	Fold Fold
	// Count is the number of the last step.
	Count int

	said     bool
	sections []*section
	live     *section
	records  map[digest.Digest]*record
	noted    int
	out      []string
}

// section are the lines of a row, or of what belongs to none.
type section struct {
	row *Row
	// held are lines that wait for those of another section.
	held    []entry
	printed map[digest.Digest]bool
	opened  bool
	// again tells that it was shown in part.
	again  bool
	closed bool
}

// entry is a line of a step, or of none. Steps are numbered as they come into the log.
type entry struct {
	of   *record
	text string
}

// over tells that nothing more is to come of it. What belongs to no row does not keep others waiting.
func (s *section) over() bool { return s.row == nil || s.row.over() }

// Write takes what is new, and returns the lines to be shown.
func (l *Log) Write(status *client.SolveStatus, now time.Time) []string {
	l.Board.Write(status, now)
	l.title()
	for _, st := range status.Statuses {
		if s := l.byID[st.Vertex]; s != nil && len(s.rows) == 0 {
			l.record(s).ended(st)
		}
	}
	for _, log := range status.Logs {
		if s := l.byID[log.Vertex]; s != nil {
			l.record(s).write(s, log)
		}
	}
	for _, note := range l.notes[l.noted:] {
		l.put(l.section(nil), entry{text: note})
	}
	l.noted = len(l.notes)
	return l.Tick(now)
}

// Tick returns the lines that are to be shown because time has passed.
func (l *Log) Tick(now time.Time) []string {
	for _, r := range l.rows {
		l.section(r)
	}
	l.turn(now)
	for _, s := range l.steps {
		for _, section := range l.sectionsOf(s) {
			l.show(section, s, now)
		}
	}
	l.turn(now)
	lines := l.out
	l.out = nil
	return lines
}

// Close returns the lines that are left.
func (l *Log) Close(now time.Time) []string {
	l.title()
	l.Board.Close(now)
	for _, s := range l.steps {
		for _, section := range l.sectionsOf(s) {
			l.last(section, s, now)
		}
	}
	l.turn(now)
	for _, s := range l.sections {
		if !s.closed {
			l.open(s)
			l.end(s, now)
		}
	}
	lines := l.out
	l.out = nil
	return lines
}

// title is the first line.
func (l *Log) title() {
	if !l.said && l.Title != "" {
		l.out = append(l.out, l.Title)
	}
	l.said = true
}

// section is the one of a row.
func (l *Log) section(r *Row) *section {
	for _, s := range l.sections {
		if s.row == r {
			return s
		}
	}
	s := &section{row: r, printed: map[digest.Digest]bool{}}
	l.sections = append(l.sections, s)
	return s
}

// sectionsOf are those that a step has lines in. What is pushed for a platform stands with the tags that follow, and
// what was begun for no row ends where it began.
func (l *Log) sectionsOf(s *step) (list []*section) {
	for _, r := range s.rows {
		if stageOf(r.labels[s.id]) != pushing {
			list = append(list, l.section(r))
		}
	}
	if of := l.record(s).owner; of != nil && of.row == nil {
		return []*section{of}
	}
	if len(list) == 0 {
		list = []*section{l.section(nil)}
	}
	return list
}

// put adds a line to a section: it is shown where the section is, and held where another is.
func (l *Log) put(s *section, line entry) {
	if s.held = append(s.held, line); l.shown(s) {
		l.open(s)
	}
}

// shown tells whether the lines of a section are shown as they come.
func (l *Log) shown(s *section) bool { return s == l.live || s.row == nil && l.live == nil }

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
	l.out = append(l.out, l.Fold.line(text))
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
