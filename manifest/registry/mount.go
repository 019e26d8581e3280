package registry

import (
	"context"
	"io"

	"github.com/distribution/reference"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// PushBlobFrom is PushBlob for a blob that another repository of the same
// registry may have: the registry is asked to mount it from there, with the POST
// that begins an upload anyway. A registry that cannot or will not (202, 401,
// 403, 404) gets the upload. A from that is nil, or at another registry, is
// ignored.
func (r *Repository) PushBlobFrom(
	ctx context.Context, desc ocispec.Descriptor, from reference.Named,
	open func() (io.ReadCloser, error), progress func(n int64),
) (sent bool, err error) {
	if from == nil || reference.Domain(from) != reference.Domain(r.named) || from.Name() == r.named.Name() {
		return r.PushBlob(ctx, desc, open, progress)
	}
	origin := r.repo.Registry.Repo(reference.Path(from)).Digest(desc.Digest.String())
	return r.push(ctx, desc, open, progress, func(blob *layer) v1.Layer {
		return &remote.MountableLayer{Layer: blob, Reference: origin}
	})
}
