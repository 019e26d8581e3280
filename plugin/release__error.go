package plugin

import (
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// releaseError is a delivery that did not reach its end: of which target, what every tag holds now, and why.
type releaseError struct {
	target releaseTarget
	// index is the digest the tags were to get, and archTags the names of single images, as far as they were known.
	index    digest.Digest
	archTags []string
	// tags are those of all targets.
	tags []tagState
	// unnoted tells that the target was published, and its draft does not know.
	unnoted bool
	err     error
}

// Error implements error.
func (e *releaseError) Error() string { return e.err.Error() }

// Unwrap returns why.
func (e *releaseError) Unwrap() error { return e.err }

// because is the same failure for another reason.
func (e *releaseError) because(err error) *releaseError {
	other := *e
	other.err = err
	return &other
}

// notBegun is a failure of a target before any tag was looked at.
func notBegun(targets []releaseTarget, i int, err error) error {
	e := &releaseError{target: targets[i], err: err}
	for _, t := range targets {
		e.tags = append(e.tags, unchangedStates(t)...)
	}
	return e
}

// releaseErrors are all that stands in the way of a delivery.
type releaseErrors []error

// Error implements error: a line for each.
func (e releaseErrors) Error() string {
	lines := make([]string, 0, len(e))
	for _, err := range e {
		lines = append(lines, err.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap implements the interface of the package errors.
func (e releaseErrors) Unwrap() []error { return e }

// draftError is a draft that cannot be published, found before any registry was contacted.
type draftError struct {
	name reference.NamedTagged
	// unread tells that there is no draft, or none that could be read.
	unread bool
	err    error
}

// Error implements error.
func (e *draftError) Error() string { return e.err.Error() }

// Unwrap returns why.
func (e *draftError) Unwrap() error { return e.err }
