package board

import (
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// Stages of a row, while it is at work.
const (
	waiting  = "waiting"
	building = "building"
	canceled = shown.Canceled
	failed   = "failed"
	reading  = "reading"
	trying   = "testing"
	auditing = "audit"
	pushing  = "pushing"
)

// stageOf is the stage that a step is a part of.
func stageOf(l label) string {
	word, _, _ := strings.Cut(l.text, " ")
	switch {
	case l.tag == internalTag:
		return reading
	case word == strings.ToLower(word) && strings.HasSuffix(word, "ing"): // exporting, loading, pulling, testing
		return word
	case word == auditing:
		return word
	}
	return building
}

// stage is what a row is at, in a word and a count: `building 4/9`.
func (r *Row) stage() string {
	if r.verdict != "" {
		return r.verdict
	}
	s := r.current()
	switch {
	case s == nil && r.fault:
		return failed
	case s == nil:
		return waiting
	case s.canceled():
		return canceled
	case s.failed() && s.done():
		return failed
	}
	l := r.labels[s.id]
	stage := stageOf(l)
	if stage == building || stage == trying {
		if at, of := r.progress(stage, l); of > 0 {
			return fmt.Sprintf("%s %d/%d", stage, at, of)
		}
	}
	return stage
}

// progress is how many steps of a stage have begun, of how many. Of tests, which are told one by one, their own names
// say it.
func (r *Row) progress(stage string, l label) (at, of int) {
	if stage != building {
		_, _ = fmt.Sscanf(l.tag, "%d/%d", &at, &of)
		return at, of
	}
	for _, s := range r.steps {
		if l := r.labels[s.id]; stageOf(l) != building || !l.numbered() {
			continue
		}
		of++
		if s.done() {
			at++
		}
	}
	return min(at+1, of), of
}
