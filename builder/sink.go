package builder

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/containerd/containerd/v2/core/content"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
)

// layerRef is what the name of a transfer begins with that brings a layer of an image (containerd's MakeRefKey): no
// manifest, config or attestation is called so.
const layerRef = "layer-"

// sink is the content store as one solve sees it. All solves write into the same store; the sink remembers the
// blob its solve handled last. BuildKit copies children before parents, so at the end that is the root.
type sink struct {
	content.Store
	// staged tells that the node pushes the layers to a registry: none is taken here.
	staged bool
	// begun are the refs of the blobs that it was given to write.
	begun sync.Map
	// files are those of the node that the solve is done by.
	files *nodeFiles
	mu    sync.Mutex
	last  digest.Digest
	// fetched is how many bytes the node has sent, those of files among them.
	fetched atomic.Int64
}

var _ content.Store = (*sink)(nil)

// Writer opens a blob for writing. A blob that the store already holds counts as handled.
func (s *sink) Writer(ctx context.Context, opts ...content.WriterOpt) (content.Writer, error) {
	var o content.WriterOpts
	for _, opt := range opts {
		if err := opt(&o); err != nil {
			return nil, err
		}
	}
	if s.staged && strings.HasPrefix(o.Ref, layerRef) {
		return nil, fmt.Errorf("content %s, which is pushed: %w", o.Desc.Digest, cerrdefs.ErrAlreadyExists)
	}
	w, err := s.Store.Writer(ctx, opts...)
	if err != nil {
		if cerrdefs.IsAlreadyExists(err) {
			s.handled(o.Desc.Digest)
		}
		return nil, err
	}
	s.begun.Store(o.Ref, true)
	written := &sinkWriter{Writer: w, sink: s}
	done, err := s.files.fill(ctx, written, o.Desc)
	if err == nil && !done {
		return written, nil
	}
	_ = w.Close()
	if err == nil {
		err = fmt.Errorf("content %s: %w", o.Desc.Digest, cerrdefs.ErrAlreadyExists)
	}
	return nil, err
}

// handled remembers a blob.
func (s *sink) handled(d digest.Digest) {
	if d == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = d
}

// root returns the digest of the last blob, empty when nothing arrived.
func (s *sink) root() digest.Digest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// sinkWriter tells its sink of the blob it has written.
type sinkWriter struct {
	content.Writer
	sink *sink
}

// Write implements content.Writer.
func (w *sinkWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.sink.fetched.Add(int64(n))
	return n, err
}

// Commit implements content.Writer.
func (w *sinkWriter) Commit(ctx context.Context, size int64, expected digest.Digest, opts ...content.Opt) error {
	err := w.Writer.Commit(ctx, size, expected, opts...)
	if err == nil || cerrdefs.IsAlreadyExists(err) {
		if expected == "" {
			expected = w.Digest()
		}
		w.sink.handled(expected)
	}
	return err
}
