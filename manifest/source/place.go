package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Place is where images stand: a repository of a registry, or a folder. What it
// reads by digest it has checked, but for streams.
type Place interface {
	// Resolve reads the manifest or index at a tag or digest.
	Resolve(ctx context.Context, ref string) (ocispec.Descriptor, []byte, error)
	// Fetch reads a config or a statement.
	Fetch(ctx context.Context, desc ocispec.Descriptor) ([]byte, error)
	// Open opens a blob as a stream, unchecked.
	Open(ctx context.Context, desc ocispec.Descriptor) (io.ReadCloser, error)
}

// Blobs finds every blob of a publication: among what was made here, or in the
// places its parts stand. It is a content.Provider that reads blobs once, from
// first byte to last, and is safe for concurrent use.
type Blobs struct {
	below content.Provider

	mu     sync.Mutex
	bodies map[digest.Digest][]byte
	places map[digest.Digest]Place
}

var _ content.Provider = (*Blobs)(nil)

// NewBlobs returns blobs that know nothing yet. What they do not know they ask
// of below, which may be nil.
func NewBlobs(below content.Provider) *Blobs {
	return &Blobs{below: below, bodies: map[digest.Digest][]byte{}, places: map[digest.Digest]Place{}}
}

// Keep remembers bytes that were made or read.
func (b *Blobs) Keep(desc ocispec.Descriptor, body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bodies[desc.Digest] = body
}

// At says where a manifest stands. Its config and layers are known to stand there
// too, once it was read.
func (b *Blobs) At(place Place, desc ocispec.Descriptor) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.places[desc.Digest] = place
}

// PlaceOf is where a blob stands, nil when it is not known.
func (b *Blobs) PlaceOf(dgst digest.Digest) Place {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.places[dgst]
}

// Has says whether a blob was made or read.
func (b *Blobs) Has(dgst digest.Digest) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.bodies[dgst]
	return ok
}

// ReaderAt implements content.Provider.
func (b *Blobs) ReaderAt(ctx context.Context, desc ocispec.Descriptor) (content.ReaderAt, error) {
	b.mu.Lock()
	body, kept := b.bodies[desc.Digest]
	place := b.places[desc.Digest]
	b.mu.Unlock()
	switch {
	case kept:
		return keptReader{bytes.NewReader(body)}, nil
	case place == nil && b.below == nil:
		return nil, fmt.Errorf("looking for %s: %w", desc.Digest, cerrdefs.ErrNotFound)
	case place == nil:
		return b.below.ReaderAt(ctx, desc)
	case images.IsManifestType(desc.MediaType) || images.IsIndexType(desc.MediaType):
		return b.readDocument(ctx, place, desc)
	}
	stream, err := place.Open(ctx, desc)
	if err != nil {
		return nil, err
	}
	return &Stream{stream: stream, reader: stream, size: desc.Size}, nil
}

// readDocument reads a manifest or index and learns where its parts are.
func (b *Blobs) readDocument(ctx context.Context, place Place, desc ocispec.Descriptor) (content.ReaderAt, error) {
	_, body, err := place.Resolve(ctx, desc.Digest.String())
	if err != nil {
		return nil, err
	}
	b.Learn(place, desc, body)
	return keptReader{bytes.NewReader(body)}, nil
}

// Learn remembers a manifest or index that was read at a place, and that its parts
// are there.
func (b *Blobs) Learn(place Place, desc ocispec.Descriptor, body []byte) {
	var document struct {
		Config    ocispec.Descriptor
		Layers    []ocispec.Descriptor
		Manifests []ocispec.Descriptor
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bodies[desc.Digest] = body
	if err := json.Unmarshal(body, &document); err != nil {
		return // who parses it says what is wrong
	}
	for _, part := range append(append(document.Layers, document.Manifests...), document.Config) {
		if b.places[part.Digest] == nil {
			b.places[part.Digest] = place
		}
	}
}
