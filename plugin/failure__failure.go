package plugin

import (
	"errors"
	"fmt"
)

// Classes of failure that no other package has a word for.
var (
	errUsage        = errors.New("bad input")
	errBuild        = errors.New("build failed")
	errTests        = errors.New("tests failed")
	errInconclusive = errors.New("tests inconclusive")
	errMixed        = errors.New("an index should be of one source")
	errInterrupted  = errors.New("interrupted")
	// errFaults marks an image in which verify has found faults.
	errFaults = errors.New("faults found")
)

// failure is an error as the user gets to see it.
type failure struct {
	err   error
	class error
	// notes are further lines: what changed and what did not.
	notes []string
	// next is the command to run now.
	next string
}

// Error implements error.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap lets errors.Is find both the error and its class.
func (f *failure) Unwrap() []error { return []error{f.err, f.class} }

// usageError is a mistake in the command line: one line that names the value and the fix.
func usageError(format string, args ...any) error {
	return &failure{err: fmt.Errorf(format, args...), class: errUsage}
}

// fail wraps an error with its class and the command to run next.
func fail(class, err error, next string, notes ...string) error {
	if err == nil {
		return nil
	}
	return &failure{err: err, class: class, next: next, notes: notes}
}
