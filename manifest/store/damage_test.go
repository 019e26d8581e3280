package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// An index.json that is gone, empty or torn is no empty store: nothing is opened, nothing is removed, and a repair
// brings back what the last change had written.
func TestRepairBringsBackDrafts(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"gone":  os.Remove,
		"twice": func(path string) error { return listTwice(path, "manifests") },
		"case":  func(path string) error { return listTwice(path, "Manifests") },
		"empty": func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"torn":  func(path string) error { return os.WriteFile(path, []byte(`{"schemaVersion":2,"man`), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			root := newRoot(t)
			s, err := store.Open(root)
			assert.NilError(t, err)
			d := addImages(t, s, "app:1", "linux/amd64")
			assert.NilError(t, damage(filepath.Join(root, "index.json")))
			_, err = s.RemoveUnneeded(t.Context()) // another process may have damaged it meanwhile
			assert.ErrorIs(t, err, store.ErrCorrupt)
			assert.NilError(t, s.Close())
			_, err = store.Open(root)
			assert.ErrorIs(t, err, store.ErrIndex)

			found, err := store.Repair(t.Context(), root)
			assert.NilError(t, err)
			assert.Assert(t, found.Restored)
			s = openStore(t, root)
			_, err = s.RemoveUnneeded(t.Context())
			assert.NilError(t, err)
			assert.NilError(t, s.CheckComplete(t.Context(), d.Index))
			again, err := s.Draft(t.Context(), d.Name)
			assert.NilError(t, err)
			assert.Equal(t, again.Index.Digest, d.Index.Digest)
		})
	}
}

// listTwice has a list of drafts followed by one of none: readers would take the latter.
func listTwice(path, key string) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	body = append(bytes.TrimSuffix(bytes.TrimSpace(body), []byte("}")), `,"`+key+`":[]}`...)
	return os.WriteFile(path, body, 0o600)
}

// Without a copy a repair finds the drafts in the blobs: their names are lost, they are not, and no removal takes them.
// What their tests came to is not known any more.
func TestRepairWithoutCopy(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	d := addImages(t, s, "app:1", "linux/amd64", "linux/arm64")
	other := addImages(t, s, "other:1", "linux/amd64")
	assert.NilError(t, s.Close())
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json.copy")))
	assert.NilError(t, os.WriteFile(filepath.Join(root, "index.json"), []byte("{"), 0o600))
	found, err := store.Repair(t.Context(), root)
	assert.NilError(t, err)
	assert.Assert(t, !found.Restored)
	assert.Equal(t, len(found.Found), 2)
	kept, err := os.ReadFile(filepath.Join(root, "index.json.damaged"))
	assert.NilError(t, err)
	assert.Equal(t, string(kept), "{")

	s = openStore(t, root)
	freed, err := s.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, freed.Blobs, 0)
	for _, before := range []draft.Draft{d, other} {
		again, err := s.Draft(t.Context(), draftName(t, "recovered:"+before.Index.Digest.Encoded()[:12]))
		assert.NilError(t, err)
		assert.Equal(t, again.Index.Digest, before.Index.Digest)
		assert.DeepEqual(t, again.Platforms, before.Platforms)
		assert.NilError(t, s.CheckComplete(t.Context(), again.Index))
		for _, image := range again.Images {
			assert.Equal(t, again.Note(image.Platform).State, draft.Untested)
			assert.Assert(t, again.Note(image.Platform).Reason != "")
		}
	}
	list, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(list), 2)
}

// Where the index of a draft is damaged as well, its images are found, and no later removal takes them.
func TestRepairFindsImagesWithoutIndex(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	d := addImages(t, s, "app:1", "linux/amd64", "linux/arm64")
	assert.NilError(t, s.Close())
	truncateBlob(t, root, d.Index.Digest)
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json.copy")))
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json")))
	found, err := store.Repair(t.Context(), root)
	assert.NilError(t, err)
	assert.Equal(t, len(found.Found), 2)

	s = openStore(t, root)
	_, err = s.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	list, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(list), 2)
	platforms := map[string]bool{}
	for _, again := range list {
		assert.Equal(t, len(again.Images), 1)
		assert.NilError(t, s.CheckComplete(t.Context(), again.Index))
		image := again.Images[0]
		platforms[platform.Format(image.Platform)] = true
		assert.Equal(t, again.Note(image.Platform).State, draft.Untested)
	}
	assert.DeepEqual(t, platforms, map[string]bool{"linux/amd64": true, "linux/arm64": true})
}

// A copy that is older than the last change, as a full disk leaves it, does not give the drafts away that came since.
func TestRepairFromOlderCopy(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	addImages(t, s, "app:1", "linux/amd64")
	path := filepath.Join(root, "index.json.copy")
	older, err := os.ReadFile(path)
	assert.NilError(t, err)
	since := addImages(t, s, "since:1", "linux/arm64")
	assert.NilError(t, s.Close())
	assert.NilError(t, os.WriteFile(path, older, 0o600))
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json")))
	found, err := store.Repair(t.Context(), root)
	assert.NilError(t, err)
	assert.Assert(t, found.Restored)
	assert.DeepEqual(t, found.Found, []string{"recovered:" + since.Index.Digest.Encoded()[:12]})
	s = openStore(t, root)
	_, err = s.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	assert.NilError(t, s.CheckComplete(t.Context(), since.Index))
}

// Blobs that are no index, or are damaged, do not keep a repair from finding the others.
func TestRepairAmongOtherBlobs(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	d := addImages(t, s, "app:1", "linux/amd64")
	broken := addImages(t, s, "broken:1", "linux/arm64")
	for _, body := range []string{"{", "", "[]", `{"schemaVersion":2}`, "plain"} {
		_, err := s.WriteBlob(t.Context(), "application/octet-stream", []byte(body))
		assert.NilError(t, err)
	}
	assert.NilError(t, s.Close())
	truncateBlob(t, root, broken.Index.Digest)
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json.copy")))
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json")))
	found, err := store.Repair(t.Context(), root)
	assert.NilError(t, err)
	assert.Equal(t, len(found.Found), 2) // one is an image without index
	assert.Assert(t, slices.Contains(found.Found, "recovered:"+d.Index.Digest.Encoded()[:12]))
}

// A store of before this version has no copy of its list until it is opened.
func TestOpenMakesCopyOfList(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	d := addImages(t, s, "app:1", "linux/amd64")
	assert.NilError(t, s.Close())
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json.copy")))
	s, err = store.Open(root)
	assert.NilError(t, err)
	assert.NilError(t, s.Close())
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json")))
	found, err := store.Repair(t.Context(), root)
	assert.NilError(t, err)
	assert.Assert(t, found.Restored)
	again, err := openStore(t, root).Draft(t.Context(), d.Name)
	assert.NilError(t, err)
	assert.Equal(t, again.Index.Digest, d.Index.Digest)
}

// The file that marks a layout says the same in every store: where it is damaged beside our list, it is written anew.
func TestOpenMendsLayoutFile(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"gone": os.Remove,
		"torn": func(path string) error { return os.WriteFile(path, []byte(`{"imageLay`), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			root := newRoot(t)
			s, err := store.Open(root)
			assert.NilError(t, err)
			d := addImages(t, s, "app:1", "linux/amd64")
			assert.NilError(t, s.Close())
			assert.NilError(t, damage(filepath.Join(root, "oci-layout")))
			again, err := openStore(t, root).Draft(t.Context(), d.Name)
			assert.NilError(t, err)
			assert.Equal(t, again.Index.Digest, d.Index.Digest)
			text, err := os.ReadFile(filepath.Join(root, "oci-layout"))
			assert.NilError(t, err)
			assert.Equal(t, string(text), `{"imageLayoutVersion":"1.0.0"}`)
		})
	}
}

// A repair leaves a store alone that is not damaged.
func TestRepairOfWhatIsWhole(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	addImages(t, s, "app:1", "linux/amd64")
	before := entries(t, root)
	found, err := store.Repair(t.Context(), root)
	assert.NilError(t, err)
	assert.Assert(t, found.Whole)
	assert.DeepEqual(t, entries(t, root), before)
}

// What a killed process left is removed when nobody is writing.
func TestOpenSweepsTemporaryFiles(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	assert.NilError(t, s.Close())
	left := filepath.Join(root, ".multiplat-123")
	assert.NilError(t, os.WriteFile(left, []byte("half"), 0o600))
	long := time.Now().Add(-time.Hour)
	assert.NilError(t, os.Chtimes(left, long, long))
	openStore(t, root)
	_, err = os.Stat(left)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// A pipe or a folder in the place of a blob is damage like any other: it is not waited for, and the next build brings
// the blob anew.
func TestBlobThatIsNoFile(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"folder": func(path string) error { return os.MkdirAll(filepath.Join(path, "x"), 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			root := newRoot(t)
			s := openStore(t, root)
			d := addImages(t, s, "app:1", "linux/amd64")
			m, _, err := s.Image(t.Context(), d.Images[0].Manifest)
			assert.NilError(t, err)
			path := blobPath(root, m.Layers[0].Digest)
			assert.NilError(t, os.Remove(path))
			assert.NilError(t, damage(path))

			desc := m.Layers[0]
			info, err := os.Stat(path)
			assert.NilError(t, err)
			desc.Size = info.Size() // as if the descriptor said so
			assert.ErrorIs(t, s.CheckWhole(t.Context(), desc), store.ErrCorrupt)
			_, err = s.Content().ReaderAt(t.Context(), m.Layers[0])
			assert.ErrorIs(t, err, store.ErrCorrupt)
			dropped, err := s.Mend(t.Context())
			assert.NilError(t, err)
			assert.Equal(t, dropped, 1)

			assert.NilError(t, damage(path)) // and a writer needs no mending before
			writeImage(t, s, "linux/amd64")
			assert.NilError(t, s.CheckComplete(t.Context(), d.Index))
		})
	}
}

// A blob that is far larger than what leads to it says is damaged, and is dropped without being read to its end.
func TestMendReadsNothingOfAnotherSize(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	d := addImages(t, s, "app:1", "linux/amd64")
	for name, desc := range map[string]ocispec.Descriptor{"manifest": d.Images[0].Manifest, "index": d.Index} {
		path := filepath.Join(root, "blobs", desc.Digest.Algorithm().String(), desc.Digest.Encoded())
		body, err := os.ReadFile(path)
		assert.NilError(t, err)
		assert.NilError(t, os.Chmod(path, 0o600))
		assert.NilError(t, os.Truncate(path, 1<<40)) // which no machine reads while a test runs
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		dropped, err := s.Mend(ctx)
		cancel()
		assert.NilError(t, err, name)
		assert.Equal(t, dropped, 1, name)

		assert.NilError(t, os.WriteFile(path, body, 0o600))
		assert.NilError(t, os.Truncate(path, 1<<40))
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		_, err = s.WriteBlob(ctx, desc.MediaType, body)
		cancel()
		assert.NilError(t, err, name)
		assert.NilError(t, s.CheckComplete(t.Context(), d.Index))
	}
}
