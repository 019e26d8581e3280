package plugin

import (
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// releaseOutcome is what became of a delivery, whatever stopped it. Both lists are in the order of the targets, as far
// as it came.
type releaseOutcome struct {
	published []delivered
	planned   []planned
}

// delivered is a target that has got its tags.
type delivered struct {
	target   releaseTarget
	shipment shipment
	result   manifest.Published
}

// planned is a target as a dry run found it.
type planned struct {
	target   releaseTarget
	shipment shipment
	// tags are those to be written, with what they hold.
	tags []manifest.TagChange
	// missing are the blobs that would be sent.
	missing []ocispec.Descriptor
	// index is the bytes of the index.
	index []byte
}

// first is the image of the first target that was reached.
func (o releaseOutcome) first() shipment {
	switch {
	case len(o.published) > 0:
		return o.published[0].shipment
	case len(o.planned) > 0:
		return o.planned[0].shipment
	}
	return shipment{}
}
