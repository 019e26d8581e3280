package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Severity is whether a finding stands against publishing the image.
type Severity string

const (
	// Error is a finding that the image cannot work on every machine of its platform with.
	Error Severity = "error"
	// Note is something worth knowing that harms nobody.
	Note Severity = "note"
)

// Finding is one file, or the image itself, and what is remarkable about it.
type Finding struct {
	Severity Severity `json:"severity"`
	// Path is the file in the image, symbolic links followed; empty where the finding is of the image.
	Path string `json:"path,omitempty"`
	// What the file is, such as "x86-64 executable".
	What string `json:"what"`
	// Why it matters, such as "it is the entrypoint"; empty if What says all.
	Why string `json:"why,omitempty"`
	// Foreign tells that the file is of another platform, so that it can be allowed.
	Foreign bool `json:"foreign,omitempty"`
	// Allow is the pattern that allows this file and no other; empty where there is nothing to allow.
	Allow string `json:"allow,omitempty"`
	// Config tells that it is about the platform in the image's config.
	Config bool `json:"config,omitempty"`
	// MoreNames is how many more names the file has by hard links.
	MoreNames int `json:"moreNames,omitempty"`
	// Layer is where the file comes from, and History the instruction that made that layer as the image's config has
	// it; both are empty for what is not there.
	Layer   digest.Digest `json:"layer,omitempty"`
	History string        `json:"history,omitempty"`
}

// String is the finding in one line, fit for a terminal.
func (f Finding) String() string {
	var b strings.Builder
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	b.WriteString(f.What)
	if f.MoreNames > 0 {
		fmt.Fprintf(&b, " (and %d more names of it)", f.MoreNames)
	}
	if f.Why != "" {
		b.WriteString("; " + f.Why)
	}
	if f.Layer != "" {
		fmt.Fprintf(&b, "; layer %s", f.Layer.Encoded()[:min(12, len(f.Layer.Encoded()))])
	}
	if f.History != "" {
		b.WriteString(", " + f.History)
	}
	return visible.Whole(b.String())
}

// Report is what the audit of one image found.
type Report struct {
	// Findings are the errors first, and of those what is reached from ENTRYPOINT and CMD first; then by path.
	Findings []Finding `json:"findings"`
	// Layers is how many layers the image has, Read how many of them had to be read; the others were known.
	Layers int `json:"layers"`
	Read   int `json:"read"`
	// Relabelled tells that it was audited for a platform that was set by hand, and is another than its config says.
	Relabelled bool `json:"-"`
	// Holds is what the image is; nil where it was not audited to its end.
	Holds *Holds `json:"-"`
}

// Errors returns the findings that stand against publishing the image.
func (r Report) Errors() []Finding { return r.of(Error) }

// Mislabelled tells that an image was audited for another platform than its config says. That is said of the label, and
// nothing against the image, which nobody can run under it; it is found again whenever the two are audited.
func (r Report) Mislabelled() bool {
	return r.Relabelled || slices.ContainsFunc(r.Errors(), func(f Finding) bool { return f.Config })
}

// Notes returns the other findings.
func (r Report) Notes() []Finding { return r.of(Note) }

func (r Report) of(severity Severity) []Finding {
	var out []Finding
	for _, f := range r.Findings {
		if f.Severity == severity {
			out = append(out, f)
		}
	}
	return out
}

// maxHistory is how much of an instruction is shown, in characters.
const maxHistory = 100

// historyOf returns the instruction behind every layer, as people wrote it; empty where the config does not say.
func historyOf(config ocispec.Image, layers int) []string {
	lines := make([]string, layers)
	at := 0
	for _, h := range config.History {
		if h.EmptyLayer {
			continue
		}
		if at >= layers {
			return make([]string, layers) // it is of other layers
		}
		lines[at] = instruction(h.CreatedBy)
		at++
	}
	if at != layers {
		return make([]string, layers)
	}
	return lines
}

// instruction cleans what builders write around an instruction.
func instruction(line string) string {
	line = strings.Join(strings.Fields(line), " ")
	line = strings.TrimSuffix(line, " # buildkit")
	if rest, ok := strings.CutPrefix(line, "/bin/sh -c #(nop) "); ok {
		line = strings.TrimSpace(rest)
	}
	if text := []rune(line); len(text) > maxHistory {
		line = string(text[:maxHistory]) + "…"
	}
	return line
}
