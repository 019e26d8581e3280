package machine

import (
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Amiss is an error of the class of a machine that is not ready.
type Amiss struct{ Err error }

// Error implements error.
func (a Amiss) Error() string { return a.Err.Error() }

// Unwrap lets errors.Is find both the error and its class.
func (a Amiss) Unwrap() []error { return []error{a.Err, errdefs.ErrNotReady} }

// BuilderError is a builder that init could not make ready.
type BuilderError struct {
	Amiss
	Name string
	// Ours is true for one that an init has made: nobody else's is ours to remove or replace.
	Ours bool
	// Stays is false for one that is gone again: this init had made it, and nothing of it runs.
	Stays bool
	// Contained tells that its nodes are containers, which can be made anew; others are not mended by that.
	Contained bool
	// Absent tells that there is none: it could not be made.
	Absent bool
	// Left tells that it is as it was before this run: what was to be added to it does not run.
	Left bool
}

// ImageError is an emulator image that the engine could not get, or could not take emulators out with.
type ImageError struct {
	Amiss
	Image string
	// Remove are the entries of the kernel's table that were to go.
	Remove []string
}

// PersistError is a builder whose image cannot start the container that registers emulators again.
type PersistError struct {
	Amiss
	// Instead is the name of one that could.
	Instead string
}

// RecordError is a file of what init has found that cannot be read.
type RecordError struct{ Amiss }

// TableError is a kernel's table that cannot be read, where entries were to be taken out of it.
type TableError struct{ Amiss }

// NotReadyError is a machine that does not run what it was asked for.
type NotReadyError struct {
	Amiss
	// Rows are the platforms that do not run; none: the builder is what is missing.
	Rows []Readiness
	// Builder is its name; Stopped is true where nothing else is wrong with it.
	Builder string
	Stopped bool
	// Cause is what is wrong with the builder, where that is known.
	Cause error
	// Elsewhere tells that the builder is of another engine than the one in use.
	Elsewhere bool
	// Lost tells that nothing of the builder answers; Engine is that of its first node, where that is a container.
	Lost   bool
	Engine string
}

// recordUnreadable names the file.
func recordUnreadable(file string, err error) error {
	return &RecordError{Amiss{fmt.Errorf("reading what init has found in %q: %w", file, err)}}
}
