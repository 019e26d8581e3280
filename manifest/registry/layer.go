package registry

import (
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// errLocal is what reading a layer fails with; layer.problem says why.
var errLocal = errors.New("the blob cannot be read")

// layer is a blob as go-containerregistry wants it.
type layer struct {
	desc     ocispec.Descriptor
	open     func() (io.ReadCloser, error)
	progress func(n int64)

	mu     sync.Mutex
	read   bool
	reason error
}

var _ v1.Layer = (*layer)(nil)

// Digest implements v1.Layer.
func (l *layer) Digest() (v1.Hash, error) { return v1.NewHash(l.desc.Digest.String()) }

// DiffID implements v1.Layer; an upload does not ask for it.
func (l *layer) DiffID() (v1.Hash, error) { return v1.Hash{}, errors.ErrUnsupported }

// Uncompressed implements v1.Layer; an upload does not ask for it.
func (l *layer) Uncompressed() (io.ReadCloser, error) { return nil, errors.ErrUnsupported }

// Size implements v1.Layer.
func (l *layer) Size() (int64, error) { return l.desc.Size, nil }

// MediaType implements v1.Layer.
func (l *layer) MediaType() (types.MediaType, error) { return types.MediaType(l.desc.MediaType), nil }

// Compressed implements v1.Layer: the blob as it is.
func (l *layer) Compressed() (io.ReadCloser, error) {
	l.mu.Lock()
	l.read = true
	l.mu.Unlock()
	rc, err := l.open()
	if err != nil {
		return nil, l.fail(err)
	}
	l.progress(0)
	return &checked{layer: l, rc: rc, hash: l.desc.Digest.Algorithm().Hash()}, nil
}

// wasRead says whether an upload began.
func (l *layer) wasRead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.read
}

// problem is what is wrong with the blob, nil for nothing known.
func (l *layer) problem() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

func (l *layer) fail(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reason = err
	return fmt.Errorf("%w: %w", errLocal, err)
}

// checked reads a blob and gives out its last bytes only when size and hash are
// right, so that a wrong blob never reaches a registry as a whole.
type checked struct {
	layer  *layer
	rc     io.ReadCloser
	hash   hash.Hash
	n      int64
	ended  bool
	closed atomic.Bool // by a request that was given up, in another goroutine
}

// Read implements io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	if c.closed.Load() {
		return 0, os.ErrClosed
	}
	if c.ended || len(p) == 0 {
		return 0, endOf(c.ended)
	}
	n, err := c.rc.Read(p)
	c.n += int64(n)
	_, _ = c.hash.Write(p[:n]) // hash.Hash never fails
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, c.layer.fail(err)
	}
	if c.n < c.layer.desc.Size && err == nil {
		c.layer.progress(c.n)
		return n, nil
	}
	if err := c.verify(err != nil); err != nil {
		return 0, c.layer.fail(err)
	}
	c.ended = true
	c.layer.progress(c.n)
	return n, endOf(n == 0)
}

// verify checks that the blob ends where it must, with the right hash.
func (c *checked) verify(ended bool) error {
	extra := 0
	if !ended {
		var err error
		extra, err = io.ReadFull(c.rc, make([]byte, 1))
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	desc := c.layer.desc
	if size := c.n + int64(extra); size != desc.Size {
		return fmt.Errorf("it has %d bytes or more, not %d", size, desc.Size)
	}
	if got := fmt.Sprintf("%x", c.hash.Sum(nil)); got != desc.Digest.Encoded() {
		return fmt.Errorf("its content has digest %s:%s", desc.Digest.Algorithm(), got)
	}
	return nil
}

func endOf(ended bool) error {
	if ended {
		return io.EOF
	}
	return nil
}

// Close implements io.Closer.
func (c *checked) Close() error {
	c.closed.Store(true)
	return c.rc.Close()
}
