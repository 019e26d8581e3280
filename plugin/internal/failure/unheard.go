package failure

import (
	"errors"
	"io/fs"
	"syscall"
)

// Unheard drops an error that says nothing but that nobody reads what is printed any more, as after | head: whoever
// closed the pipe knows. What else went wrong stays.
func Unheard(err error) error {
	if err == nil || onlyClosed(err) {
		return nil
	}
	return err
}

// The names that package os gives to the streams.
const stdout, stderr = "/dev/stdout", "/dev/stderr"

// onlyClosed tells that an error is of nothing but a closed pipe, with all that it wraps.
func onlyClosed(err error) bool {
	switch e := err.(type) { //nolint:errorlint // every layer is looked at
	case *fs.PathError:
		return errors.Is(e.Err, syscall.EPIPE) && (e.Path == stdout || e.Path == stderr)
	case interface{ Unwrap() []error }:
		causes := 0
		for _, cause := range e.Unwrap() {
			if cause != nil && !onlyClosed(cause) {
				return false
			}
			if cause != nil {
				causes++
			}
		}
		return causes > 0
	case interface{ Unwrap() error }:
		return e.Unwrap() != nil && onlyClosed(e.Unwrap())
	}
	return false
}
