package board

import (
	"time"

	"github.com/moby/buildkit/client"
)

// told takes what is said of the row as a whole.
func (r *Row) told(v *client.Vertex, how string, now time.Time) {
	if how != "" {
		r.how = how
	}
	if v.Completed != nil {
		r.ended, r.fault = now, v.Error != ""
	}
}

// take adds a step, under the name that it has here.
func (r *Row) take(s *step, l label) {
	if _, known := r.labels[s.id]; !known {
		r.steps = append(r.steps, s)
		r.labels[s.id] = l
		s.rows = append(s.rows, r)
	}
	if s.begunAlready() && (r.began.IsZero() || s.begun.Before(r.began)) {
		r.began = s.begun
	}
}

// over tells that nothing more is to come of it.
func (r *Row) over() bool { return !r.ended.IsZero() }

// running are the steps at work.
func (r *Row) running() (list []*step) {
	for _, s := range r.steps {
		if s.begunAlready() && !s.done() {
			list = append(list, s)
		}
	}
	return list
}

// current is the step that the row is at: one that failed, else what was begun last of what runs, else what was begun
// last; nil: none was.
func (r *Row) current() *step {
	for _, s := range r.steps {
		if s.broken() {
			return s
		}
	}
	if running := lastBegun(r.running()); running != nil {
		return running
	}
	return lastBegun(r.steps)
}

// lastBegun is the step that was begun last; nil: none was.
func lastBegun(steps []*step) (last *step) {
	for _, s := range steps {
		if s.begunAlready() && (last == nil || !s.begun.Before(last.begun)) {
			last = s
		}
	}
	return last
}

// clock is how long the row is at work, or was.
func (r *Row) clock(now time.Time) time.Duration {
	switch {
	case r.began.IsZero():
		return 0
	case r.over():
		return r.ended.Sub(r.began)
	}
	return now.Sub(r.began)
}
