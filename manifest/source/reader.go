package source

import (
	"context"

	"github.com/containerd/containerd/v2/core/images"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// Reader reads manifests, configs and statements where they stand.
type Reader struct{ place Place }

// At reads what stands at a place.
func At(place Place) Reader { return Reader{place: place} }

// Read reads a manifest or index, or a small blob, and checks its hash.
func (r Reader) Read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	if images.IsManifestType(desc.MediaType) || images.IsIndexType(desc.MediaType) {
		_, body, err := r.place.Resolve(ctx, desc.Digest.String())
		return body, err
	}
	return r.place.Fetch(ctx, desc)
}

// Write remembers a blob that was made.
func (b *Blobs) Write(_ context.Context, blob manifest.Blob) error {
	b.Keep(blob.Descriptor, blob.Body)
	return nil
}
