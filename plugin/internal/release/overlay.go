package release

import (
	"context"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// overlay reads what a store has, and keeps what is written in memory: a dry run changes nothing here either.
type overlay struct {
	below   record.ReadWriter
	origins *source.Blobs

	mu     sync.Mutex
	bodies map[digest.Digest][]byte
}

var _ record.ReadWriter = (*overlay)(nil)

// newOverlay is an overlay over a store; origins find what is written.
func newOverlay(below record.ReadWriter, origins *source.Blobs) *overlay {
	return &overlay{below: below, origins: origins, bodies: map[digest.Digest][]byte{}}
}

// Read implements record.ReadWriter.
func (b *overlay) Read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	b.mu.Lock()
	body, ok := b.bodies[desc.Digest]
	b.mu.Unlock()
	if ok {
		return body, nil
	}
	return b.below.Read(ctx, desc)
}

// Write implements record.ReadWriter.
func (b *overlay) Write(_ context.Context, blob manifest.Blob) error {
	b.mu.Lock()
	b.bodies[blob.Descriptor.Digest] = blob.Body
	b.mu.Unlock()
	b.origins.Keep(blob.Descriptor, blob.Body)
	return nil
}
