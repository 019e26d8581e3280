package check

import (
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Request is what is to be checked.
type Request struct {
	// Build is what would be built. Its platforms are those that are looked at.
	Build request.Request
	// Builder is the one that would build; empty: there is none.
	Builder string
	// Trust is for registries that are asked where no builder runs.
	Trust dockercli.Trust
}

// Result is what was seen.
type Result struct {
	// File is the Dockerfile.
	File      string         `json:"file"`
	Platforms []string       `json:"platforms"`
	Images    []Image        `json:"images"`
	Findings  []lint.Finding `json:"findings"`
	// LookedUpBy is the builder that looked the images up; empty: this machine did.
	LookedUpBy string `json:"lookedUpBy,omitempty"`
	// Notes say what could not be looked at.
	Notes []string `json:"notes,omitempty"`
	// Strict tells that the Dockerfile wants every warning to be an error (# check=error=true).
	Strict bool `json:"strict,omitempty"`
}

// Image is one that something is taken from.
type Image struct {
	Name string `json:"name"`
	// Lines are where it is taken.
	Lines []int `json:"lines"`
	// Platforms are what each platform's build gets, in the order of the platforms.
	Platforms []Cell `json:"platforms"`
}

// Cell is an image for one platform.
type Cell struct {
	// Platform is the one that is built, For the one the image is taken for.
	Platform string `json:"platform"`
	For      string `json:"for,omitempty"`
	State    State  `json:"state"`
	// Got is the platform of the image that BuildKit takes.
	Got string `json:"got,omitempty"`
	// Reason says why it is not known.
	Reason string `json:"reason,omitempty"`
}

// State is what a build gets for an image and a platform.
type State string

// The states.
const (
	// NotTaken is an image that this platform's build does not take.
	NotTaken          State = ""
	Served            State = "served"
	NotServed         State = "not served"
	SingleImage       State = "single image"
	PinnedPlatform    State = "pinned to one platform"
	OtherOSVersion    State = "other os.version"
	OtherArchitecture State = "other architecture"
	NotFound          State = "not found"
	NotKnown          State = "not known"
)

// Count counts the findings of a severity, or of a worse one.
func (r Result) Count(least lint.Severity) int {
	rank := map[lint.Severity]int{lint.Error: 3, lint.Warning: 2, lint.Note: 1}
	n := 0
	for _, f := range r.Findings {
		if rank[f.Severity] >= rank[least] {
			n++
		}
	}
	return n
}

// names are platforms as they are written.
func names(list []ocispec.Platform, format func(ocispec.Platform) string) []string {
	out := make([]string, 0, len(list))
	for _, p := range list {
		out = append(out, format(p))
	}
	return out
}
