package registry

import (
	"context"
	"fmt"
	"io"
	"net/http"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Open reads the blob of desc as a stream, from its first byte. Nothing is
// checked: who reads it compares size and hash, as PushBlob does with what it
// sends. A blob that is not there is errdefs.ErrNotFound.
func (r *Repository) Open(ctx context.Context, desc ocispec.Descriptor) (io.ReadCloser, error) {
	op := fmt.Sprintf("reading blob %s of %s", desc.Digest, r.repo.RepositoryStr())
	if err := desc.Digest.Validate(); err != nil {
		return nil, integrity(r.host(), op, err.Error())
	}
	in := request{method: http.MethodGet, path: "/blobs/" + desc.Digest.String(), op: op, good: []int{http.StatusOK}}
	resp, err := r.do(ctx, in)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}
