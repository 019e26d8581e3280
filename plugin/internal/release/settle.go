package release

import (
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// settle marks what the repository has already, and says where the rest can be mounted from. What is carried over may
// stand there for long, and is asked for; what a source names was pushed just now, and asking for that as well would
// be one request more for each.
func (s *Shipment) settle(t Target, origins *source.Blobs, parts []source.Entry) {
	p := &s.Publication
	for _, part := range parts {
		at, ok := part.Place.(*registry.Repository)
		if !ok || at.Name().Name() != t.Name.Name() {
			continue
		}
		p.Present = append(p.Present, part.Manifest.Digest)
		if part.Attestation != nil && origins.PlaceOf(part.Attestation.Digest) != nil { // else it was made just now
			p.Present = append(p.Present, part.Attestation.Digest)
		}
		if part.Carried {
			p.Unseen = append(p.Unseen, unseen(origins, part)...)
		}
	}
	p.MountFrom = mountFromPlaces(t.Name, origins, p.MountFrom)
}

// unseen are the manifests of a part that were neither made nor read.
func unseen(origins *source.Blobs, part source.Entry) []ocispec.Descriptor {
	var found []ocispec.Descriptor
	image := part.Manifest
	image.Platform = &part.Platform
	if !origins.Has(image.Digest) {
		found = append(found, image)
	}
	if part.Attestation != nil && !origins.Has(part.Attestation.Digest) {
		found = append(found, *part.Attestation)
	}
	return found
}
