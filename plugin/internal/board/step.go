package board

import (
	"cmp"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
)

// keptLines is how many of the last lines of a step are kept.
const keptLines = 32

// step is one vertex of the stream, as far as it is known.
type step struct {
	id     digest.Digest
	vertex client.Vertex
	// rows are those it is a part of: several may share it.
	rows []*Row
	// begun and ended are by the clock of this machine: those of builders may differ.
	begun, ended time.Time
	moved        map[string]*client.VertexStatus
	rate         rate
	lines        []string
	// open tells that the last line has no end yet.
	open bool
}

// begunAlready tells that it was started.
func (s *step) begunAlready() bool { return !s.begun.IsZero() }

// done tells that it has ended, well or not.
func (s *step) done() bool { return !s.ended.IsZero() }

// failed tells that it did not end well.
func (s *step) failed() bool { return s.vertex.Error != "" }

// why is what went wrong; of a process BuildKit says once more which one it was.
func (s *step) why() string {
	if _, why, process := strings.Cut(s.vertex.Error, "did not complete successfully: "); process {
		return why
	}
	return s.vertex.Error
}

// canceled tells that it was called off, by whoever waits for it or by a signal, which os/signal makes the cause of
// what net/http reports.
func (s *step) canceled() bool {
	return s.failed() && (strings.HasSuffix(s.vertex.Error, "context canceled") ||
		strings.HasSuffix(s.vertex.Error, " signal received"))
}

// took is how long it was at work, by the clock of whoever did it where that is known.
func (s *step) took(now time.Time) time.Duration {
	switch v := s.vertex; {
	case !s.begunAlready():
		return 0
	case v.Started != nil && v.Completed != nil:
		return v.Completed.Sub(*v.Started)
	case s.done():
		return s.ended.Sub(s.begun)
	}
	return now.Sub(s.begun)
}

// update takes what is new of the vertex. A shared step is told of again when it has ended for one row already.
func (s *step) update(v *client.Vertex, now time.Time) {
	if s.done() && v.Completed == nil && v.Error == "" {
		s.ended = time.Time{} // it was begun once more
	}
	errorBefore := s.vertex.Error
	s.vertex = *v
	s.vertex.Error = cmp.Or(v.Error, errorBefore)
	if v.Started != nil && s.begun.IsZero() {
		s.begun = now
	}
	if v.Completed != nil {
		s.ended = now
	}
}

// status takes down bytes that moved.
func (s *step) status(st *client.VertexStatus) {
	if s.moved == nil {
		s.moved = map[string]*client.VertexStatus{}
	}
	s.moved[st.ID] = st
}

// write takes what the step wrote, and keeps its end.
func (s *step) write(data []byte) {
	for line := range strings.Lines(string(data)) {
		text, whole := strings.CutSuffix(line, "\n")
		if s.open && len(s.lines) > 0 {
			s.lines[len(s.lines)-1] += text
		} else {
			s.lines = append(s.lines, text)
		}
		s.open = !whole
	}
	if over := len(s.lines) - keptLines; over > 0 {
		s.lines = append([]string(nil), s.lines[over:]...)
	}
}
