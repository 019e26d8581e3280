package report

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
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
	// Emulated says that an emulator ran its tests, where any were run; Cached that they were run before.
	Emulated, Cached bool
	// Build is how it was built, "native" or "emulated", empty where that is not known.
	Build string
	// Verdict may also be one of a platform whose build failed; such a platform has no cases.
	Verdict localtest.Verdict
	Reason  string
	// Output is the end of what the step of the build wrote that failed.
	Output string
	Cases  []localtest.Case
	// Notes are what is worth knowing of the platform beside its tests, a line for each.
	Notes []string
	// Emulators is what the build spent under an emulator, where that is worth saying.
	Emulators *Emulators
}

// Emulators is how long the emulated steps of a platform's build took.
type Emulators struct {
	Seconds float64 `json:"seconds"`
	// Times is how many times as long as natively, of those steps where that is known; 0: of none it is.
	Times float64        `json:"times,omitempty"`
	Steps []EmulatedStep `json:"steps"`
}

// EmulatedStep is one of them; the rule of a check that would help, if there is one, with its page.
type EmulatedStep struct {
	Instruction   string  `json:"instruction"`
	Seconds       float64 `json:"seconds"`
	NativeSeconds float64 `json:"nativeSeconds,omitempty"`
	Rule          string  `json:"rule,omitempty"`
	URL           string  `json:"url,omitempty"`
}

// Took is the time of all tests of the platform.
func (p Platform) Took() time.Duration {
	var total time.Duration
	for _, c := range p.Cases {
		total += c.Took
	}
	return total
}

// none is the execution of a platform of which nothing was run.
const none = "none"

// execution says in a word how the tests of the platform were run, if any was.
func (p Platform) execution() string {
	ran := slices.ContainsFunc(p.Cases, func(c localtest.Case) bool {
		return c.Verdict == localtest.Passed || c.Verdict == localtest.Failed || c.Verdict == localtest.Inconclusive
	})
	switch {
	case !ran:
		return none
	case p.Emulated:
		return "emulated"
	}
	return "native"
}

// shown is the run in characters that can be seen: its words come from images, indexes and files of tests. A name is a
// part of a line.
func (r Run) shown() Run {
	out := Run{Name: visible.Whole(r.Name)}
	for _, p := range r.Platforms {
		p.Name, p.Reason, p.Output = visible.Whole(p.Name), visible.Block(p.Reason), visible.Block(p.Output)
		p.Emulators = p.Emulators.shown()
		p.Cases, p.Notes = slices.Clone(p.Cases), slices.Clone(p.Notes)
		for i, note := range p.Notes {
			p.Notes[i] = visible.Whole(note)
		}
		for i, c := range p.Cases {
			c.Name, c.Reason = visible.Whole(c.Name), visible.Block(c.Reason)
			c.Output, c.Stdout, c.Stderr = visible.Block(c.Output), visible.Block(c.Stdout), visible.Block(c.Stderr)
			p.Cases[i] = c
		}
		out.Platforms = append(out.Platforms, p)
	}
	return out
}

// shown is the same in characters that can be seen.
func (e *Emulators) shown() *Emulators {
	if e == nil {
		return nil
	}
	out := *e
	out.Steps = slices.Clone(e.Steps)
	for i, step := range out.Steps {
		out.Steps[i].Instruction = visible.Line(step.Instruction)
	}
	return &out
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
	if err := writers()[format](w, run.shown()); err != nil {
		return fmt.Errorf("writing a report to %q: %w", file, err)
	}
	return nil
}
