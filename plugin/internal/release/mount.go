package release

import (
	"context"
	"sync"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// mounting names the repository of the same registry that may have a layer; nil for none.
type mounting func(ctx context.Context, layer ocispec.Descriptor) reference.Named

// mountFrom names, for every layer, the repository at the registry of a target that the images were built from. Of
// several the one that has the layer is found out by asking; one alone is not asked: a layer that is not there costs
// nothing, the registry begins the upload instead.
func (s *Session) mountFrom(t Target, bases []reference.Named) mounting {
	bases = inputs.BasesAt(t.Name, bases)
	switch len(bases) {
	case 0:
		return nil
	case 1:
		return func(context.Context, ocispec.Descriptor) reference.Named { return bases[0] }
	}
	return s.firstWith(bases)
}

// firstWith asks one repository after the other for a layer. One that cannot be asked is not asked again: mounting
// saves an upload, and must not cost a publish.
func (s *Session) firstWith(bases []reference.Named) mounting {
	var mu sync.Mutex
	silent := map[string]bool{}
	return func(ctx context.Context, layer ocispec.Descriptor) reference.Named {
		for _, base := range bases {
			mu.Lock()
			skip := silent[base.Name()]
			mu.Unlock()
			if skip {
				continue
			}
			there := false
			repository, err := s.client.Repository(ctx, base, registry.Pull)
			if err == nil {
				there, err = repository.HasBlob(ctx, layer)
			}
			if there {
				return base
			}
			mu.Lock()
			silent[base.Name()] = err != nil
			mu.Unlock()
		}
		return nil
	}
}

// mountFromPlaces names the repository at the same registry where a layer stands, else what otherwise says; that may
// be nil.
func mountFromPlaces(name reference.Named, origins *source.Blobs, otherwise mounting) mounting {
	return func(ctx context.Context, layer ocispec.Descriptor) reference.Named {
		at, ok := origins.PlaceOf(layer.Digest).(interface{ Name() reference.Named }) // of a registry
		switch {
		case ok && reference.Domain(at.Name()) == reference.Domain(name):
			return at.Name()
		case otherwise != nil:
			return otherwise(ctx, layer)
		}
		return nil
	}
}

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
