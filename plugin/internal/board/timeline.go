package board

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// Phase is a part of the way of a platform, in the words of reports.
type Phase string

// The phases, in their order.
const (
	Build  Phase = "build"
	Export Phase = "export"
	Load   Phase = "load"
	Audit  Phase = "audit"
	Test   Phase = "test"
	Upload Phase = "upload"
)

// Stretch is a step of a row while it was at work.
type Stretch struct {
	// ID is what the builder knows the step by.
	ID    digest.Digest
	Phase Phase
	Step  string
	// Began is when, since the first word of all.
	Began, Took time.Duration
	// Emulated tells that an emulator ran the program of the step, as far as its name shows; Cached that nothing
	// had to be done.
	Emulated, Cached, Failed bool
}

// Timeline is what each row was at, by its name, in the order in which the steps began.
func (b *Board) Timeline(now time.Time) map[string][]Stretch {
	lines := map[string][]Stretch{}
	for _, r := range b.rows {
		for _, s := range r.steps {
			if l := r.labels[s.id]; s.begunAlready() && (l.tag != internalTag || s.took(now) >= worthSaying) {
				lines[r.name] = append(lines[r.name], Stretch{
					ID: s.id, Phase: phaseOf(l), Step: l.String(), Began: s.begun.Sub(b.began), Took: s.took(now),
					Emulated: r.emulated(l), Cached: s.vertex.Cached, Failed: s.broken(),
				})
			}
		}
		slices.SortStableFunc(lines[r.name], func(x, y Stretch) int { return cmp.Compare(x.Began, y.Began) })
	}
	return lines
}

// phaseOf is the phase that a step is a part of.
func phaseOf(l label) Phase {
	switch stageOf(l) {
	case "exporting":
		return Export
	case "loading", "pulling":
		return Load
	case auditing:
		return Audit
	case trying:
		return Test
	case pushing:
		return Upload
	}
	return Build
}

// emulated tells whether an emulator runs the program of a step. A stage that is built for another platform than the
// row's has that before its name: it is the builder's own.
func (r *Row) emulated(l label) bool {
	if r.how != shown.Emulated {
		return false
	}
	switch phaseOf(l) {
	case Test:
		return true
	case Build:
		other, _, _ := strings.Cut(l.tag, " ")
		return strings.HasPrefix(strings.TrimPrefix(l.text, "ONBUILD "), "RUN ") && !platform(strings.Split(other, "->")[0])
	}
	return false
}
