package builder

import "strings"

// targetError removes buildx's name for a target from the front of an error's text and keeps the error.
type targetError struct {
	error
	text string
}

// Error implements error.
func (e targetError) Error() string { return e.text }

// Unwrap gives errors.Is and errors.As the error that was reworded.
func (e targetError) Unwrap() error { return e.error }

// trimTarget leaves out of an error's text which target buildx was at.
func trimTarget(err error, name string) error {
	return targetError{error: err, text: strings.TrimPrefix(err.Error(), "target "+name+": ")}
}
