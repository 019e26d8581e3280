package source

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/content"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// Streams gives the same blobs to who reads whole layers: each is no longer than it is said to be, and one that breaks
// off is [registry.ErrUnavailable].
func (b *Blobs) Streams() content.Provider { return streams{b} }

// streams are the blobs of blobs.
type streams struct{ blobs *Blobs }

// ReaderAt implements content.Provider.
func (s streams) ReaderAt(ctx context.Context, desc ocispec.Descriptor) (content.ReaderAt, error) {
	reader, err := s.blobs.ReaderAt(ctx, desc)
	if stream, ok := reader.(*Stream); ok {
		stream.Through(func(r io.Reader) io.Reader { return io.LimitReader(Lossy{r}, desc.Size+1) })
	}
	return reader, err
}

// Lossy is a stream that may break off: then whoever sends it is to be asked again later.
type Lossy struct{ io.Reader }

// Read implements io.Reader.
func (l Lossy) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", registry.ErrUnavailable, err)
	}
	return n, err
}
