package release

import (
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
)

// Outcome is what became of a delivery, whatever stopped it. Both lists are in the order of the targets, as far
// as it came.
type Outcome struct {
	Published []Delivered
	Planned   []Planned
}

// Delivered is a target that has got its tags.
type Delivered struct {
	Target   Target
	Shipment Shipment
	Result   publish.Result
}

// Planned is a target as a dry run found it.
type Planned struct {
	Target   Target
	Shipment Shipment
	// Tags are those to be written, with what they hold.
	Tags []publish.TagChange
	// Missing are the blobs that would be sent.
	Missing []ocispec.Descriptor
	// Index is the bytes of the index.
	Index []byte
}

// First is the image of the first target that was reached.
func (o Outcome) First() Shipment {
	switch {
	case len(o.Published) > 0:
		return o.Published[0].Shipment
	case len(o.Planned) > 0:
		return o.Planned[0].Shipment
	}
	return Shipment{}
}
