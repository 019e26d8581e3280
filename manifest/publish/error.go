package publish

import (
	"fmt"
	"strings"
)

// Error is a publish that failed, and which tags it had changed by then.
type Error struct {
	// Written are the tags, arch tags among them, that were written.
	Written []string
	// Unsure are tags whose write may or may not have been carried out: its
	// answer was lost and the tag could not be read after.
	Unsure []string
	// Err is why it failed.
	Err error
}

var _ error = (*Error)(nil)

// Error implements error.
func (e *Error) Error() string {
	state := "no tag was changed"
	if len(e.Written) > 0 {
		state = "written: " + strings.Join(e.Written, ", ")
	}
	if len(e.Unsure) > 0 {
		state += "; perhaps written: " + strings.Join(e.Unsure, ", ")
	}
	return fmt.Sprintf("%v (%s)", e.Err, state)
}

// Unwrap gives the reason.
func (e *Error) Unwrap() error { return e.Err }
