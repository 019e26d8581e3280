package release

import (
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
)

// Error is a delivery that did not reach its end: of which target, what every tag holds now, and why.
type Error struct {
	Target Target
	// Index is the digest the tags were to get, and ArchTags the names of single images, as far as they were known.
	Index    digest.Digest
	ArchTags []string
	// Tags are those of all targets.
	Tags []TagState
	// Halfway are the tags of the target that were, or may have been, written before it came to its end.
	Halfway []publish.TagChange
	// Unnoted tells that the target was published, and its draft does not know.
	Unnoted bool
	Err     error
}

// Error implements error.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }

// because is the same failure for another reason.
func (e *Error) because(err error) *Error {
	other := *e
	other.Err = err
	return &other
}

// NotBegun is a failure of a target before any tag was looked at.
func NotBegun(targets []Target, i int, err error) error {
	e := &Error{Target: targets[i], Err: err}
	for _, t := range targets {
		e.Tags = append(e.Tags, unchangedStates(t)...)
	}
	return e
}

// Errors are all that stands in the way of a delivery.
type Errors []error

// Error implements error: a line for each.
func (e Errors) Error() string {
	lines := make([]string, 0, len(e))
	for _, err := range e {
		lines = append(lines, err.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap implements the interface of the package errors.
func (e Errors) Unwrap() []error { return e }

// DraftError is a draft that cannot be published, found before any registry was contacted.
type DraftError struct {
	Name reference.NamedTagged
	// Unread tells that there is no draft, or none that could be read.
	Unread bool
	Err    error
}

// Error implements error.
func (e *DraftError) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *DraftError) Unwrap() error { return e.Err }
