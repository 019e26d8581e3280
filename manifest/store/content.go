package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	cerrdefs "github.com/containerd/errdefs"
	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// writerPoll is how often a writer that waits for another one looks again.
const writerPoll = 5 * time.Millisecond

// smallBlob is the size up to which a blob is hashed before it is said to be there.
const smallBlob = 4 << 20

// sharedContent is containerd's local store on a work folder, with writers that wait instead of failing: two platforms
// that have a layer in common write it at the same time.
type sharedContent struct {
	content.Store
	root string

	// healing is held while a damaged blob is looked at and dropped, so that no good one written since is dropped.
	healing sync.Mutex
	// suspects are blobs that were read, and whose bytes were wrong.
	suspects sync.Map
}

var _ content.Store = (*sharedContent)(nil)

func newSharedContent(root, work string) (*sharedContent, error) {
	inner, err := local.NewStore(work)
	if err != nil {
		return nil, fmt.Errorf("opening the blobs: %w", err)
	}
	return &sharedContent{Store: inner, root: root}, nil
}

// Writer begins to write a blob. While another writer of this process holds the ref it waits, until that one is done,
// the blob is there, which is ErrAlreadyExists of containerd's errdefs, or ctx is over. A blob that is there with
// another content than its digest says is dropped first.
func (c *sharedContent) Writer(ctx context.Context, opts ...content.WriterOpt) (content.Writer, error) {
	var wanted content.WriterOpts
	for _, opt := range opts {
		if err := opt(&wanted); err != nil {
			return nil, err
		}
	}
	if err := c.dropDamaged(ctx, wanted.Desc); err != nil {
		return nil, err
	}
	timer := time.NewTimer(writerPoll)
	defer timer.Stop()
	for {
		writer, err := c.Store.Writer(ctx, opts...)
		if !cerrdefs.IsUnavailable(err) {
			return writer, err
		}
		if c.has(ctx, wanted.Desc) {
			return nil, fmt.Errorf("content %s: %w", wanted.Desc.Digest, cerrdefs.ErrAlreadyExists)
		}
		timer.Reset(writerPoll)
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for another writer of %q: %w", wanted.Ref, ctx.Err())
		case <-timer.C:
		}
	}
}

// Walk calls fn for every blob of the layout, and for nothing else that lies among them. The store on the work folder
// cannot: it does not follow the link.
func (c *sharedContent) Walk(ctx context.Context, fn content.WalkFunc, filters ...string) error {
	inner, err := local.NewStore(c.root)
	if err != nil {
		return fmt.Errorf("opening the blobs: %w", err)
	}
	return inner.Walk(ctx, func(info content.Info) error {
		if bad := info.Digest.Validate(); bad == nil {
			return fn(info)
		}
		return nil
	}, filters...)
}

// ReaderAt opens a blob. What stands in its place and is no regular file, such as a pipe that would be waited for, is
// refused with an error that wraps [ErrCorrupt].
func (c *sharedContent) ReaderAt(ctx context.Context, desc ocispec.Descriptor) (content.ReaderAt, error) {
	if desc.Digest.Validate() == nil {
		algorithm, encoded := desc.Digest.Algorithm().String(), desc.Digest.Encoded()
		info, err := os.Stat(filepath.Join(c.root, ocispec.ImageBlobsDir, algorithm, encoded))
		if err == nil && !info.Mode().IsRegular() {
			return nil, fmt.Errorf("blob %s: %w: it is no regular file", desc.Digest, ErrCorrupt)
		}
	}
	return c.Store.ReaderAt(ctx, desc)
}

// has reports whether the blob of a descriptor is there in its full size.
func (c *sharedContent) has(ctx context.Context, desc ocispec.Descriptor) bool {
	if desc.Digest == "" {
		return false
	}
	info, err := c.Info(ctx, desc.Digest)
	return err == nil && (desc.Size <= 0 || info.Size == desc.Size)
}

// dropDamaged removes a blob that is small, or whose size is not the one expected, and whose bytes do not have its
// digest: containerd would say that it exists already, and no rebuild would ever mend it. Larger ones are hashed by
// [Store.Mend]. The size is the word of a document: it may be reason enough to read the bytes, and never to drop them.
func (c *sharedContent) dropDamaged(ctx context.Context, desc ocispec.Descriptor) error {
	if desc.Digest == "" || desc.Size <= 0 {
		return nil
	}
	c.healing.Lock()
	defer c.healing.Unlock()
	info, err := c.Info(ctx, desc.Digest)
	if cerrdefs.IsNotFound(err) || err == nil && info.Size == desc.Size && info.Size > smallBlob {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking at blob %s: %w", desc.Digest, err)
	}
	return c.dropUnlessWhole(ctx, info, desc.Size)
}

// dropUnlessWhole removes a blob whose bytes do not have its digest. Where the first of them do, as many as it should
// have, that is known without reading what comes behind them.
func (c *sharedContent) dropUnlessWhole(ctx context.Context, info content.Info, stated ...int64) error {
	for _, size := range stated {
		if size <= 0 || size >= info.Size {
			continue
		}
		if first, err := c.hashesTo(ctx, info.Digest, size); err == nil && first {
			return c.drop(ctx, info)
		}
	}
	whole, err := c.hashes(ctx, ocispec.Descriptor{Digest: info.Digest, Size: info.Size})
	if err != nil && !errors.Is(err, ErrCorrupt) || whole {
		return err
	}
	return c.drop(ctx, info)
}

// isSuspect tells that the bytes of a blob were wrong when they were read.
func (c *sharedContent) isSuspect(id digest.Digest) bool {
	_, suspect := c.suspects.Load(id)
	return suspect
}

// drop removes a blob that is damaged.
func (c *sharedContent) drop(ctx context.Context, info content.Info) error {
	if err := c.Delete(ctx, info.Digest); err != nil && !cerrdefs.IsNotFound(err) {
		return fmt.Errorf("dropping the damaged blob %s: %w", info.Digest, err)
	}
	return nil
}

// hashes reports whether the bytes of a blob have its digest.
func (c *sharedContent) hashes(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	return c.hashesTo(ctx, desc.Digest, math.MaxInt64)
}

// hashesTo reports whether the first bytes of a blob have its digest.
func (c *sharedContent) hashesTo(ctx context.Context, dgst digest.Digest, most int64) (bool, error) {
	reader, err := c.ReaderAt(ctx, ocispec.Descriptor{Digest: dgst})
	if err != nil {
		return false, fmt.Errorf("reading blob %s: %w", dgst, err)
	}
	defer reader.Close()
	verifier := dgst.Verifier()
	if err := copyContext(ctx, verifier, io.LimitReader(content.NewReader(reader), most)); err != nil {
		return false, fmt.Errorf("reading blob %s: %w", dgst, err)
	}
	return verifier.Verified(), nil
}
