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

// writers are the formats by the ending of a file's name.
func writers() map[string]func(io.Writer, Run) error {
	return map[string]func(io.Writer, Run) error{
		".xml": writeJUnit, ".json": writeJSON, ".md": writeMarkdown, ".html": writeHTML,
	}
}

// Check refuses a file name whose ending is no format, with [ErrFormat].
func Check(file string) error {
	if writers()[strings.ToLower(filepath.Ext(file))] == nil {
		return fmt.Errorf("writing a report to %q: %w; use .xml (JUnit), .json, .md or .html", file, ErrFormat)
	}
	return nil
}

// Write writes a report in the format that the name of its file ends in.
func Write(w io.Writer, file string, run Run) error {
	if err := Check(file); err != nil {
		return err
	}
	if err := writers()[strings.ToLower(filepath.Ext(file))](w, run); err != nil {
		return fmt.Errorf("writing a report to %q: %w", file, err)
	}
	return nil
}
