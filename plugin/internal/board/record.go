package board

import (
	"fmt"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
)

const (
	// patience is how long a step is waited for, so that how long it took stands in the line that names it.
	patience = 2 * time.Second
	// worthSaying is how long that takes which is only said where it takes long.
	worthSaying = time.Second
	// mostHeld is how many bytes of a step wait to be shown; the first go.
	mostHeld = 4 << 20
)

// record is a step in the log.
type record struct {
	number int
	// owner is the section that its output is in: one that rows share is in the first of them.
	owner *section
	// named tells that its first line was shown.
	named bool
	held  []string
	bytes int
	// part is a line of which the end has not come yet, written at a time.
	part string
	at   float64
}

// record is the one of a step.
func (l *Log) record(s *step) *record {
	if l.records[s.id] == nil {
		if l.records == nil {
			l.records = map[digest.Digest]*record{}
		}
		l.records[s.id] = &record{}
	}
	return l.records[s.id]
}

// write takes what a step wrote, in whole lines.
func (r *record) write(s *step, log *client.VertexLog) {
	began := s.vertex.Started
	if began == nil {
		began = &log.Timestamp
	}
	r.at = max(log.Timestamp.Sub(*began), 0).Seconds()
	for line := range strings.Lines(r.part + string(log.Data)) {
		text, whole := strings.CutSuffix(line, "\n")
		if !whole {
			r.part = line
			return
		}
		r.hold(text)
	}
	r.part = ""
}

// ended takes down a part that was done of a step that belongs to no row, where it has a name.
func (r *record) ended(part *client.VertexStatus) {
	if part.Completed == nil || part.Started == nil || part.Total > 0 || strings.HasPrefix(part.ID, "sha256:") {
		return
	}
	r.at = part.Completed.Sub(*part.Started).Seconds()
	r.hold(part.ID)
}

// hold keeps a line until it is shown.
func (r *record) hold(line string) {
	line = fmt.Sprintf("%.3f %s", r.at, strings.TrimRight(line, " "))
	r.held = append(r.held, line)
	for r.bytes += len(line); r.bytes > mostHeld; r.held = r.held[1:] {
		r.bytes -= len(r.held[0])
	}
}

// show shows what there is to say of a step in one section.
func (l *Log) show(in *section, s *step, now time.Time) {
	r := l.record(s)
	switch {
	case in.printed[s.id], !s.begunAlready():
		return
	case r.owner == nil:
		r.owner = in
	case r.owner != in && s.done() && r.named:
		in.printed[s.id] = true
		if s.broken() || !in.internal(s) {
			l.put(in, entry{r, s.title(in) + " shared with " + r.owner.row.name})
		}
		return
	case r.owner != in:
		return
	}
	if s.done() {
		l.last(in, s, now)
		return
	}
	waited := now.Sub(s.begun)
	if l.shown(in) {
		if r.named || waited >= patience && (len(r.held) > 0 || l.worth(in, s, now)) {
			l.name(in, s, "")
			l.release(in, r)
		}
	}
}

// last shows the end of a step.
func (l *Log) last(in *section, s *step, now time.Time) {
	r := l.record(s)
	if in.printed[s.id] || r.owner != in || !s.begunAlready() {
		return
	}
	in.printed[s.id] = true
	if r.part != "" {
		r.hold(r.part)
	}
	if !l.worth(in, s, now) && len(r.held) == 0 {
		return
	}
	how := s.how(now)
	if !r.named {
		if note := r.note(in, s); note != "" {
			how, r.held = how+": "+note, nil
		}
		l.name(in, s, how)
		how = ""
	}
	l.release(in, r)
	switch {
	case s.broken():
		l.put(in, entry{r, "FAILED: " + s.why()})
	case how != "":
		l.put(in, entry{r, how})
	}
}

// note is the only line of a step that is no instruction and no test, but says of itself what it did.
func (r *record) note(in *section, s *step) string {
	if len(r.held) != 1 || s.broken() || in.row == nil || stageOf(in.row.labels[s.id]) != auditing {
		return ""
	}
	_, text, _ := strings.Cut(r.held[0], " ")
	return text
}

// worth tells whether a step is named where it has nothing to say: what precedes the instructions is not.
func (l *Log) worth(in *section, s *step, now time.Time) bool {
	return !in.internal(s) || s.broken() || s.took(now) >= worthSaying
}

// internal tells that a step precedes the instructions.
func (s *section) internal(of *step) bool {
	return s.row != nil && s.row.labels[of.id].tag == internalTag
}

// name shows the line of a step that the others follow.
func (l *Log) name(in *section, s *step, how string) {
	r := l.record(s)
	if r.named {
		return
	}
	r.named = true
	l.put(in, entry{r, strings.TrimSpace(s.title(in) + " " + how)})
}

// release shows the lines that were held.
func (l *Log) release(in *section, r *record) {
	for _, line := range r.held {
		l.put(in, entry{r, line})
	}
	r.held, r.bytes = nil, 0
}

// title is what a step is called in a section.
func (s *step) title(in *section) string {
	if in.row != nil {
		return in.row.labels[s.id].String()
	}
	return s.vertex.Name
}

// how is how a step came to its end.
func (s *step) how(now time.Time) string {
	switch {
	case s.canceled():
		return "CANCELED"
	case !s.done():
		return "not ended"
	case s.vertex.Cached:
		return "CACHED"
	}
	return strings.TrimSpace(s.transfer() + " " + took(s.took(now)))
}

// broken tells that it failed, and was not called off.
func (s *step) broken() bool { return s.done() && s.failed() && !s.canceled() }
