package builder

import (
	"context"
	"fmt"

	"github.com/containerd/containerd/v2/core/content"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// A session offers a node all that a content store can do, and the store holds what was built of others, too. A node
// brings blobs: what else it asks for is refused.

// refused is the answer to what a node has no business with.
func refused(what string) error {
	return fmt.Errorf("%s: a builder may only add to this store: %w", what, cerrdefs.ErrPermissionDenied)
}

// ReaderAt implements [content.Provider].
func (*sink) ReaderAt(_ context.Context, desc ocispec.Descriptor) (content.ReaderAt, error) {
	return nil, refused("reading " + desc.Digest.String())
}

// Walk implements [content.Manager].
func (*sink) Walk(context.Context, content.WalkFunc, ...string) error {
	return refused("listing blobs")
}

// Delete implements [content.Manager].
func (*sink) Delete(_ context.Context, id digest.Digest) error {
	return refused("removing " + id.String())
}

// Update implements [content.Manager].
func (*sink) Update(_ context.Context, info content.Info, _ ...string) (content.Info, error) {
	return content.Info{}, refused("changing " + info.Digest.String())
}

// ListStatuses implements [content.IngestManager].
func (*sink) ListStatuses(context.Context, ...string) ([]content.Status, error) {
	return nil, refused("listing what is written")
}

// Abort implements [content.IngestManager], for what was begun by the same solve.
func (s *sink) Abort(ctx context.Context, ref string) error {
	if _, own := s.begun.Load(ref); !own {
		return refused("giving up what others write")
	}
	return s.Store.Abort(ctx, ref)
}
