package failure

import (
	"errors"
	"fmt"
)

// Classes of failure that no other package has a word for.
var (
	ErrUsage        = errors.New("bad input")
	ErrBuild        = errors.New("build failed")
	ErrTests        = errors.New("tests failed")
	ErrInconclusive = errors.New("tests inconclusive")
	ErrMixed        = errors.New("an index should be of one source")
	ErrRebuilt      = errors.New("the verdict is of another image than the draft holds")
	ErrInterrupted  = errors.New("interrupted")
	// ErrFaults marks an image in which verify has found faults.
	ErrFaults = errors.New("faults found")
	// ErrFindings marks a Dockerfile in which check has found what does not work on some platform.
	ErrFindings = errors.New("findings")
	// ErrDifferent marks images that differ, where that was asked as a question.
	ErrDifferent = errors.New("they differ")
)

// Error is an error as the user gets to see it.
type Error struct {
	Err   error
	class error
	// Notes are further lines: what changed and what did not.
	Notes []string
	// Next is the command to run now.
	Next string
}

// Error implements error.
func (f *Error) Error() string { return f.Err.Error() }

// Unwrap lets errors.Is find both the error and its class.
func (f *Error) Unwrap() []error { return []error{f.Err, f.class} }

// blanked is an error that is told without what may be a secret.
type blanked struct {
	error
	blank func(string) string
}

// Error implements error.
func (b blanked) Error() string { return b.blank(b.error.Error()) }

// Unwrap gives what it is.
func (b blanked) Unwrap() error { return b.error }

// Blanked is an error that is told, with its notes, without what blank takes out of a text.
func Blanked(err error, blank func(string) string) error {
	if err == nil {
		return nil
	}
	return blanked{err, blank}
}

// Blank takes out of a text what an error is told without.
func Blank(err error, text string) string {
	var b blanked
	for cause := err; errors.As(cause, &b); cause = b.error {
		text = b.blank(text)
	}
	return text
}

// Usage is a mistake in the command line: one line that names the value and the fix.
func Usage(format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), class: ErrUsage}
}

// Wrap wraps an error with its class and the command to run next.
func Wrap(class, err error, next string, notes ...string) error {
	if err == nil {
		return nil
	}
	return &Error{Err: err, class: class, Next: next, Notes: notes}
}
