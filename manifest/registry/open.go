package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Open reads the blob of desc as a stream, from its first byte. Nothing is
// checked: who reads it compares size and hash, as PushBlob does with what it
// sends. A blob that is not there is errdefs.ErrNotFound, a stream that breaks is
// ErrUnavailable.
func (r *Repository) Open(ctx context.Context, desc ocispec.Descriptor) (io.ReadCloser, error) {
	op := fmt.Sprintf("reading blob %s of %s", desc.Digest, r.repo.RepositoryStr())
	if err := desc.Digest.Validate(); err != nil {
		return nil, r.integrity(op, err.Error())
	}
	in := request{method: http.MethodGet, path: "/blobs/" + desc.Digest.String(), op: op, good: []int{http.StatusOK}}
	resp, err := r.do(ctx, in)
	if err != nil {
		return nil, err
	}
	explain := func(err error) error { return r.failure(ctx, op, err) }
	grace := 2 * r.client.patience.idle
	resp.Body = &openBlob{ReadCloser: resp.Body, explain: explain, clock: r.client.clock, grace: grace}
	return resp.Body, nil
}

// slowest is the least that a stream has to bring in a second, as an average of all the time it was waited for: a
// registry that sends a little now and then does not keep a reader for days.
const slowest = 16 << 10

// atSlowest is how long so many bytes may take to come.
func atSlowest(bytes int64) time.Duration {
	return time.Duration(float64(bytes) / slowest * float64(time.Second))
}

// openBlob is a stream whose errors say what was being read, and where. It ends when it is too slow.
type openBlob struct {
	io.ReadCloser
	explain func(error) error
	clock   Clock
	// grace is how long may be waited for nothing, waited how long was waited for the bytes read.
	grace, waited time.Duration
	bytes         int64
}

// Read implements io.Reader. The time its reader takes between two calls does not count.
func (b *openBlob) Read(p []byte) (int, error) {
	began := b.clock.Now()
	n, err := b.ReadCloser.Read(p)
	b.waited += b.clock.Now().Sub(began)
	b.bytes += int64(n)
	if most := b.grace + atSlowest(b.bytes); err == nil && b.waited > most {
		err = &idleError{limit: b.waited.Round(time.Second), part: "complete "}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.explain(err)
	}
	return n, err
}
