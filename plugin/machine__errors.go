package plugin

import (
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// amiss is an error of the class of a machine that is not ready.
type amiss struct{ err error }

// Error implements error.
func (a amiss) Error() string { return a.err.Error() }

// Unwrap lets errors.Is find both the error and its class.
func (a amiss) Unwrap() []error { return []error{a.err, builder.ErrNotReady} }

// builderError is a builder that init could not make ready.
type builderError struct {
	amiss
	name string
	// ours is true for one that an init has made: nobody else's is ours to remove or replace.
	ours bool
}

// imageError is an emulator image that the engine could not get, or could not take emulators out with.
type imageError struct {
	amiss
	image string
	// remove are the entries of the kernel's table that were to go.
	remove []string
}

// persistError is a builder whose image cannot start the container that registers emulators again.
type persistError struct {
	amiss
	// instead is the name of one that could.
	instead string
}

// recordError is a file of what init has found that cannot be read.
type recordError struct{ amiss }

// tableError is a kernel's table that cannot be read, where entries were to be taken out of it.
type tableError struct{ amiss }

// notReadyError is a machine that does not run what it was asked for.
type notReadyError struct {
	amiss
	// rows are the platforms that do not run; none: the builder is what is missing.
	rows []readiness
	// builder is its name; stopped is true where nothing else is wrong with it.
	builder string
	stopped bool
}

// recordUnreadable names the file.
func recordUnreadable(file string, err error) error {
	return &recordError{amiss{fmt.Errorf("reading what init has found in %q: %w", file, err)}}
}
