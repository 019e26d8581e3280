package report

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// ErrFormat says that a file name does not tell a format.
var ErrFormat = errors.New("unknown report format")

// Run is what came of one image on all its platforms.
type Run struct {
	// Name is the image's.
	Name string
	// Platforms are in the order of the request.
	Platforms []Platform
}

// Platform is what came of one platform.
type Platform struct {
	// Name is the platform's.
	Name string
	// Emulated says that an emulator ran it; Cached that nothing was run, because it had passed before.
	Emulated, Cached bool
	// Verdict may also be one of a platform whose build failed; such a platform has no cases.
	Verdict localtest.Verdict
	Reason  string
	Cases   []localtest.Case
}

// Took is the time of all tests of the platform.
func (p Platform) Took() time.Duration {
	var total time.Duration
	for _, c := range p.Cases {
		total += c.Took
	}
	return total
}

// where says in a word how the platform was run.
func (p Platform) where() string {
	if p.Emulated {
		return "emulated"
	}
	return "native"
}

// writers are the formats by their names, which files may end in.
func writers() map[string]func(io.Writer, Run) error {
	return map[string]func(io.Writer, Run) error{
		"xml": writeJUnit, "json": writeJSON, "md": writeMarkdown, "html": writeHTML,
	}
}

// split takes PATH or FORMAT=PATH apart; the format of a PATH is what its name ends in.
func split(file string) (format, path string) {
	format, path, named := strings.Cut(file, "=")
	if named && !strings.ContainsAny(format, `./\`) {
		return strings.ToLower(format), path
	}
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(file), ".")), file
}

// Path is where a report goes to that was asked for as PATH or FORMAT=PATH.
func Path(file string) string {
	_, path := split(file)
	return path
}

// Check refuses a report whose format is not known, with [ErrFormat].
func Check(file string) error {
	format, path := split(file)
	if writers()[format] == nil || path == "" {
		return fmt.Errorf("writing a report to %q: %w; use .xml (JUnit), .json, .md or .html, or name it before the path: "+
			"md=%s", file, ErrFormat, path)
	}
	return nil
}

// Write writes a report in the format that was asked for.
func Write(w io.Writer, file string, run Run) error {
	if err := Check(file); err != nil {
		return err
	}
	format, _ := split(file)
	if err := writers()[format](w, run); err != nil {
		return fmt.Errorf("writing a report to %q: %w", file, err)
	}
	return nil
}
