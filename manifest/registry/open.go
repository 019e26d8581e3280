package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Open reads the blob of desc as a stream, from its first byte. Nothing is
// checked: who reads it compares size and hash, as PushBlob does with what it
// sends. A blob that is not there is errdefs.ErrNotFound, a stream that breaks is
// ErrUnavailable.
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
	explain := func(err error) error { return failure(ctx, r.host(), op, err) }
	resp.Body = openBlob{resp.Body, explain}
	return resp.Body, nil
}

// openBlob is a stream whose errors say what was being read, and where.
type openBlob struct {
	io.ReadCloser
	explain func(error) error
}

// Read implements io.Reader.
func (b openBlob) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.explain(err)
	}
	return n, err
}
