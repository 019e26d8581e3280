package release

import (
	"context"
	"encoding/json"
	"fmt"
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

// learning reads at a place, and lets origins know what was read, where there are any.
type learning struct {
	record.Reader
	place   source.Place
	origins *source.Blobs
}

// Read implements [record.Reader].
func (l learning) Read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	body, err := l.Reader.Read(ctx, desc)
	if err == nil && l.origins != nil {
		l.origins.Learn(l.place, desc, body)
	}
	return body, err
}

// Write implements [record.Writer]: what is made stands among what is to be published.
func (l learning) Write(ctx context.Context, blob manifest.Blob) error {
	return l.origins.Write(ctx, blob)
}

// configOf is the digest of an image's config.
func configOf(ctx context.Context, read record.Reader, image ocispec.Descriptor) (digest.Digest, error) {
	body, err := read.Read(ctx, image)
	if err != nil {
		return "", err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return "", fmt.Errorf("reading manifest %s: %w: %w", image.Digest, manifest.ErrIndex, err)
	}
	return m.Config.Digest, nil
}
