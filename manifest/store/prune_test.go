package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

func TestRemoveUnneededKeepsWhatDraftsNeed(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	kept := addImages(t, s, "kept:1", "linux/amd64", "linux/arm64")
	gone := addImages(t, s, "gone:1", "linux/s390x")
	freed, err := s.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	before := freed.Blobs // earlier indexes of the drafts

	assert.NilError(t, s.Remove(t.Context(), gone.Name))
	freed, err = s.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	assert.Assert(t, freed.Blobs >= 4, "index, manifest, config and layer: %d blobs (%d before)", freed.Blobs, before)
	assert.Assert(t, freed.Bytes > 0)
	assert.NilError(t, s.CheckComplete(t.Context(), kept.Index))
	_, err = os.Stat(blobPath(root, gone.Images[0].Manifest.Digest))
	assert.Assert(t, errors.Is(err, os.ErrNotExist))

	freed, err = s.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, freed.Blobs, 0)
}

// What was read of a layer goes with the layer, and so does what a killed process left behind.
func TestRemoveUnneededRemovesScans(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	kept, gone := addImages(t, s, "kept:1", "linux/amd64"), addImages(t, s, "gone:1", "linux/s390x")
	freed, err := s.RemoveUnneeded(t.Context()) // there is no scan yet
	assert.NilError(t, err)
	layerOf := func(d draft.Draft) digest.Digest {
		m, _, err := s.Image(t.Context(), d.Images[0].Manifest)
		assert.NilError(t, err)
		return m.Layers[0].Digest
	}
	layers := []digest.Digest{layerOf(kept), layerOf(gone)}
	for _, layer := range layers {
		assert.NilError(t, s.Scans().Put(t.Context(), layer, "1", []byte(`{}`)))
	}
	left := filepath.Join(root, "audit", ".tmp-left")
	assert.NilError(t, os.WriteFile(left, []byte("half"), 0o600))
	assert.NilError(t, s.Remove(t.Context(), gone.Name))
	more, err := s.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	assert.Assert(t, more.Bytes > freed.Bytes)
	for i, want := range []bool{true, false} {
		_, ok, err := s.Scans().Get(t.Context(), layers[i], "1")
		assert.NilError(t, err)
		assert.Equal(t, ok, want)
	}
	_, err = os.Stat(left)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// A build that is running may rely on any blob: it skips those that are there.
func TestRemoveUnneededLeavesABusyStoreAlone(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	d := addImages(t, s, "gone:1", "linux/amd64")
	assert.NilError(t, s.Remove(t.Context(), d.Name))
	other, err := store.Open(root)
	assert.NilError(t, err)
	_, err = s.RemoveUnneeded(t.Context())
	assert.ErrorIs(t, err, store.ErrBusy)
	_, err = os.Stat(blobPath(root, d.Images[0].Manifest.Digest))
	assert.NilError(t, err)

	assert.NilError(t, other.Close())
	freed, err := s.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	assert.Assert(t, freed.Blobs > 0)
}

func TestMarkPublishedKeepsTheDraft(t *testing.T) {
	s := openStore(t, newRoot(t))
	d := addImages(t, s, "app:1", "linux/amd64")
	id := digest.FromString("published")
	assert.NilError(t, s.MarkPublished(t.Context(), d.Name, id))
	after, err := s.Draft(t.Context(), d.Name)
	assert.NilError(t, err)
	assert.Equal(t, after.Published, id)
	assert.Equal(t, after.Updated, d.Updated)
	after, err = s.Update(t.Context(), d.Name, func(*draft.Draft) error { return nil })
	assert.NilError(t, err)
	assert.Equal(t, after.Published, id)
	assert.ErrorIs(t, s.MarkPublished(t.Context(), draftName(t, "none:1"), id), store.ErrNoDraft)
}

func TestSizeCountsSharedBlobsOnce(t *testing.T) {
	s := openStore(t, newRoot(t))
	d := addImages(t, s, "app:1", "linux/amd64")
	once, err := s.Size(t.Context(), d.Index)
	assert.NilError(t, err)
	assert.Assert(t, once > 0)
	twice, err := s.Size(t.Context(), d.Index, d.Index)
	assert.NilError(t, err)
	assert.Equal(t, twice, once)
}
