package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	cerrdefs "github.com/containerd/errdefs"
	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"
)

func withRef(ref string) content.WriterOpt {
	return content.WithRef(ref)
}

func describeBytes(body []byte) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: "text/plain", Digest: digest.FromBytes(body), Size: int64(len(body))}
}

func openForTest(t *testing.T, root string) *Store {
	t.Helper()
	s, err := Open(root)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, s.Close()) })
	return s
}

// writeOnce writes as BuildKit's content service does: one Writer call, no retry when the ref is locked.
func writeOnce(ctx context.Context, store content.Store, body []byte) error {
	desc := describeBytes(body)
	writer, err := store.Writer(ctx, withRef("layer-"+desc.Digest.String()), content.WithDescriptor(desc))
	if cerrdefs.IsAlreadyExists(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer writer.Close()
	for chunk := range bytes.SplitAfterSeq(body, []byte("\n")) {
		if _, err := writer.Write(chunk); err != nil {
			return err
		}
	}
	if err := writer.Commit(ctx, desc.Size, desc.Digest); err != nil && !cerrdefs.IsAlreadyExists(err) {
		return err
	}
	return nil
}

// TestContentManyWriters is what several builds of several platforms do: every platform writes the layers all have in
// common, and one of its own.
func TestContentManyWriters(t *testing.T) {
	root := t.TempDir()
	var common [][]byte
	for i := range 4 {
		common = append(common, bytes.Repeat(fmt.Appendf(nil, "common layer %d\n", i), 4000))
	}
	var group errgroup.Group
	for process := range 3 {
		s := openForTest(t, root)
		for platform := range 8 {
			own := bytes.Repeat(fmt.Appendf(nil, "layer of %d in %d\n", platform, process), 4000)
			group.Go(func() error {
				for _, body := range append([][]byte{own}, common...) {
					if err := writeOnce(t.Context(), s.Content(), body); err != nil {
						return fmt.Errorf("process %d, platform %d: %w", process, platform, err)
					}
					if _, err := s.ReadBlob(t.Context(), describeBytes(body)); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	assert.NilError(t, group.Wait())
	found := 0
	err := openForTest(t, root).Content().Walk(t.Context(), func(content.Info) error {
		found++
		return nil
	})
	assert.NilError(t, err)
	assert.Equal(t, found, 3*8+len(common))
}

func TestContentWriterWaits(t *testing.T) {
	s := openForTest(t, t.TempDir())
	body := []byte("layer")
	desc := describeBytes(body)
	opts := []content.WriterOpt{withRef("layer"), content.WithDescriptor(desc)}
	first, err := s.Content().Writer(t.Context(), opts...)
	assert.NilError(t, err)
	_, err = s.content.Store.Writer(t.Context(), opts...)
	assert.Assert(t, cerrdefs.IsUnavailable(err), "containerd's own store fails: %v", err)

	brief, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = s.Content().Writer(brief, opts...)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, `waiting for another writer of "layer"`)

	second := make(chan error)
	go func() {
		_, err := s.Content().Writer(t.Context(), opts...)
		second <- err
	}()
	_, err = first.Write(body)
	assert.NilError(t, err)
	assert.NilError(t, first.Commit(t.Context(), desc.Size, desc.Digest))
	assert.Assert(t, cerrdefs.IsAlreadyExists(<-second))
}

func TestContentWriterFollowsAbandonedOne(t *testing.T) {
	s := openForTest(t, t.TempDir())
	body := []byte("layer")
	first, err := s.Content().Writer(t.Context(), withRef("layer"), content.WithDescriptor(describeBytes(body)))
	assert.NilError(t, err)
	_, err = first.Write(body[:2])
	assert.NilError(t, err)
	second := make(chan error)
	go func() {
		second <- content.WriteBlob(t.Context(), s.Content(), "layer", bytes.NewReader(body), describeBytes(body))
	}()
	assert.NilError(t, first.Close())
	assert.NilError(t, <-second)
	found, err := s.ReadBlob(t.Context(), describeBytes(body))
	assert.NilError(t, err)
	assert.Equal(t, string(found), "layer")
}

func TestContentWriterSeesBlobOfAnotherProcess(t *testing.T) {
	root := t.TempDir()
	mine, other := openForTest(t, root), openForTest(t, root)
	desc := describeBytes([]byte("layer"))
	held, err := mine.Content().Writer(t.Context(), withRef("layer"), content.WithDescriptor(desc))
	assert.NilError(t, err)
	assert.NilError(t, writeOnce(t.Context(), other.Content(), []byte("layer")))
	_, err = mine.Content().Writer(t.Context(), withRef("layer"), content.WithDescriptor(desc))
	assert.Assert(t, cerrdefs.IsAlreadyExists(err))
	_, err = held.Write([]byte("layer"))
	assert.NilError(t, err)
	assert.Assert(t, cerrdefs.IsAlreadyExists(held.Commit(t.Context(), desc.Size, desc.Digest)))
}

func TestContentSeparateIngest(t *testing.T) {
	root := t.TempDir()
	mine, other := openForTest(t, root), openForTest(t, root)
	for _, s := range []*Store{mine, other} {
		writer, err := s.Content().Writer(t.Context(), withRef("layer"))
		assert.NilError(t, err)
		_, err = writer.Write([]byte("layer"))
		assert.NilError(t, err)
		defer writer.Close()
	}
	statuses, err := mine.Content().ListStatuses(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(statuses), 1)
	assert.NilError(t, mine.Content().Abort(t.Context(), "layer"))
	status, err := other.Content().Status(t.Context(), "layer")
	assert.NilError(t, err)
	assert.Equal(t, status.Offset, int64(5))
}

func TestContentMendsDamagedBlob(t *testing.T) {
	root := t.TempDir()
	s := openForTest(t, root)
	body := []byte("a layer with some bytes")
	desc := describeBytes(body)
	assert.NilError(t, writeOnce(t.Context(), s.Content(), body))
	path := filepath.Join(root, "blobs", "sha256", desc.Digest.Encoded())
	assert.NilError(t, os.Chmod(path, 0o600))
	assert.NilError(t, os.Truncate(path, 5))

	inner, err := local.NewStore(root)
	assert.NilError(t, err)
	_, err = inner.Writer(t.Context(), withRef("x"), content.WithDescriptor(desc))
	assert.Assert(t, cerrdefs.IsAlreadyExists(err), "containerd's own store does not look: %v", err)

	var group errgroup.Group
	for range 4 {
		group.Go(func() error { return writeOnce(t.Context(), s.Content(), body) })
	}
	assert.NilError(t, group.Wait())
	found, err := s.ReadBlob(t.Context(), desc)
	assert.NilError(t, err)
	assert.Equal(t, string(found), string(body))
}

func TestContentKeepsGoodBlobOfWrongSize(t *testing.T) {
	s := openForTest(t, t.TempDir())
	body := []byte("layer")
	desc := describeBytes(body)
	assert.NilError(t, writeOnce(t.Context(), s.Content(), body))
	wrong := desc
	wrong.Size = 99
	_, err := s.Content().Writer(t.Context(), withRef("x"), content.WithDescriptor(wrong))
	assert.Assert(t, cerrdefs.IsAlreadyExists(err))
	_, err = s.ReadBlob(t.Context(), desc)
	assert.NilError(t, err)
}

func TestContentWriterCancelled(t *testing.T) {
	s := openForTest(t, t.TempDir())
	held, err := s.Content().Writer(t.Context(), withRef("layer"))
	assert.NilError(t, err)
	defer held.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Content().Writer(ctx, withRef("layer"))
	assert.Assert(t, errors.Is(err, context.Canceled))
}
