package reproducible

import (
	"github.com/opencontainers/go-digest"
)

// Cause is why something differs between two builds.
type Cause string

// The causes.
const (
	Time        Cause = "time"        // a date or time was written into the content
	ModTime     Cause = "mtime"       // only the time of the last change differs
	Order       Cause = "order"       // the same lines or entries stand in another order
	Path        Cause = "path"        // the path of a folder that the build has made up
	ID          Cause = "id"          // a random or counted name
	Compression Cause = "compression" // the same content is compressed otherwise
	Other       Cause = "other"
)

// Finding is one thing that differs, and why.
type Finding struct {
	// Path is a file of a layer, where "!/" leads into an archive; or a field of the config or manifest.
	Path  string `json:"path"`
	Cause Cause  `json:"cause"`
	// Detail is what stands in the one and in the other.
	Detail string `json:"detail,omitempty"`
}

// Layer is a layer that differs.
type Layer struct {
	// Number counts from 1, the lowest.
	Number    int           `json:"number"`
	Digest    digest.Digest `json:"digest"`
	Rebuilt   digest.Digest `json:"rebuilt"`
	CreatedBy string        `json:"createdBy,omitempty"`
	// Differing is how many files differ, Findings says of the first of them why.
	Differing int       `json:"differing"`
	Findings  []Finding `json:"findings"`
}

// Report compares an image with what a second build has made.
type Report struct {
	Digest  digest.Digest `json:"digest"`
	Rebuilt digest.Digest `json:"rebuilt"`
	// Layers are those that differ, the lowest first.
	Layers []Layer `json:"layers,omitempty"`
	// Config is what differs in the config and the manifest, but for the digests of layers.
	Config []Finding `json:"config,omitempty"`
}

// Same tells that both builds have made the same bytes.
func (r Report) Same() bool { return r.Digest == r.Rebuilt }

// Findings are all that were looked into: those of the layers, then those of the config.
func (r Report) Findings() []Finding {
	var all []Finding
	for _, layer := range r.Layers {
		all = append(all, layer.Findings...)
	}
	return append(all, r.Config...)
}
