package reproduce

import (
	"github.com/containerd/containerd/v2/core/content"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/compare"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// Request says what is to be built once more, and from what.
type Request struct {
	Place compare.Place
	// Builder finds the builder, once the inputs are known.
	Builder func() (string, error)
	// Platforms are those that count; none: all there are.
	Platforms []ocispec.Platform
	// Build holds what the command line says of the build. Its context is empty where none was named.
	Build request.Request
	// Reproducible is the value of --reproducible; empty: as it was built.
	Reproducible string
	Trust        dockercli.Trust
}

// Taken is something that the second build was made from, and who says so.
type Taken struct {
	What  string `json:"what"`
	Value string `json:"value,omitempty"`
	From  string `json:"from"`
}

// Noted tells that the draft says what it was: that of its build.
func (t Taken) Noted() bool { return t.From == fromNotes }

// Platform is what came of the second build of one platform.
type Platform struct {
	Platform string `json:"platform"`
	// Result is the word of the record, in small letters; failed where there is no second image.
	Result string `json:"result"`
	reproducible.Report
	// Error is why there is no second image.
	Error string `json:"error,omitempty"`
	Err   error  `json:"-"`
}

// Result is what came of the second build.
type Result struct {
	Name      string     `json:"name"`
	Inputs    []Taken    `json:"inputs"`
	Platforms []Platform `json:"platforms"`
	// Recorded tells that it is recorded in the draft. What is published is not changed.
	Recorded bool `json:"recorded"`
	// Revision is the commit that the image was built from, empty where that is not known.
	Revision string `json:"revision,omitempty"`
}

// The words for what came of a platform.
const (
	Same    = "reproduced"
	Differs = "differs"
	Failed  = "failed"
)

// Same tells that every platform came out the same.
func (r Result) Same() bool {
	for _, p := range r.Platforms {
		if p.Result != Same {
			return false
		}
	}
	return true
}

// original is one platform of the image that was built first.
type original struct {
	source.Entry
	// asked is what the platform was called when it was built.
	asked ocispec.Platform
	// note is what the draft keeps of it; nil where it is in none.
	note       *draft.Note
	provenance *inputs.Provenance
	config     ocispec.Image
	manifest   ocispec.Manifest
}

// where is where the first image stands.
type where struct {
	reader record.Reader
	blobs  content.Provider
}
