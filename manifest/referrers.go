package manifest

import (
	"fmt"

	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ListReferrers returns the index by which clients list what refers to a manifest, where a registry does not do so
// itself. An entry is what the manifest says of itself.
func ListReferrers(referring []ocispec.Descriptor) ([]byte, ocispec.Descriptor, error) {
	for _, desc := range referring {
		if err := checkDescriptor(desc); err != nil {
			return nil, ocispec.Descriptor{}, fmt.Errorf("listing referrers: %w: %w", ErrIndex, err)
		}
	}
	return marshal(ocispec.MediaTypeImageIndex, ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Manifests: referring,
	})
}
