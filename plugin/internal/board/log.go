package board

import (
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
