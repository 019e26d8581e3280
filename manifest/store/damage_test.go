package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// An index.json that is gone, empty or torn is no empty store: nothing is opened, nothing is removed, and a repair
// brings back what the last change had written.
func TestRepairBringsBackDrafts(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"gone":  os.Remove,
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

			found, err := store.Repair(root)
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

// Without a copy a repair begins anew, says so, and keeps what was there.
func TestRepairWithoutCopy(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	addImages(t, s, "app:1", "linux/amd64")
	assert.NilError(t, s.Close())
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json.copy")))
	assert.NilError(t, os.WriteFile(filepath.Join(root, "index.json"), []byte("{"), 0o600))
	found, err := store.Repair(root)
	assert.NilError(t, err)
	assert.Assert(t, !found.Restored)
	kept, err := os.ReadFile(filepath.Join(root, "index.json.damaged"))
	assert.NilError(t, err)
	assert.Equal(t, string(kept), "{")
	list, err := openStore(t, root).List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(list), 0)
}

// A repair leaves a store alone that is not damaged.
func TestRepairOfWhatIsWhole(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	addImages(t, s, "app:1", "linux/amd64")
	before := entries(t, root)
	found, err := store.Repair(root)
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
