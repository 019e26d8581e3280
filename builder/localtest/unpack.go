package localtest

import (
	"errors"
	"regexp"
)

// ErrUnpack says that an engine cannot unpack a layer of an image, and that it is the layer's fault.
var ErrUnpack = errors.New("the engine cannot unpack the image")

// UnpackError is what an engine says of a layer that it cannot unpack.
type UnpackError struct {
	// text is the engine's words without the machine's paths.
	text string
	err  error
}

// Error implements error.
func (e *UnpackError) Error() string { return ErrUnpack.Error() + ": " + e.text }

// Unwrap lets errors.Is find both the class and the engine's own error.
func (e *UnpackError) Unwrap() []error { return []error{ErrUnpack, e.err} }

// Unpacking tells errors of an engine whose cause is what a layer holds from all others, which it passes on. Engines
// say it in words only, and the classic store in those of the entry alone.
func Unpacking(err error) error {
	if err == nil {
		return nil
	}
	const (
		// no engine makes these files, and no machine takes them
		entry = `unhandled tar header type|invalid tar header|file name too long|invalid hardlink|invalid symlink`
		// one file stands in another's way, or a link leads nowhere
		clash = `\b(?:link|linkat|symlink|symlinkat|mkdir|mkdirat|open|openat|mknod|mknodat|unlinkat) \S.*: ` +
			`(?:not a directory|is a directory|file exists|directory not empty|too many levels of symbolic links)$`
		nowhere = `\b(?:link|linkat) \S+ \S+: no such file or directory$`
	)
	text := err.Error()
	if !regexp.MustCompile(entry + `|` + clash + `|` + nowhere).MatchString(text) {
		return err
	}
	layer := regexp.MustCompile(`failed to extract layer (?:\(\S+ )?(sha256:[0-9a-f]+)`).FindStringSubmatch(text)
	cause := regexp.MustCompile(`^(?s:.*)(?:mount callback failed on \S+|failed to extract layer sha256:[0-9a-f]+|`+
		`failed to register layer): `).ReplaceAllString(text, "")
	cause = regexp.MustCompile(`/\S*/containerd-mount\d+/`).ReplaceAllString(cause, "")
	if layer != nil {
		cause = "layer " + layer[1] + ": " + cause
	}
	return &UnpackError{cause, err}
}
