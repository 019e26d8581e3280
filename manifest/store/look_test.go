package store_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// snapshot lists a folder with the modes and times of all that is in it.
func snapshot(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			found[path] = info.Mode().String() + info.ModTime().Format(time.RFC3339Nano)
		}
		return err
	})
	assert.NilError(t, err)
	return found
}

// Looking at a store serves all that reads, and leaves the folder as it is.
func TestLookChangesNothing(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	d := addImages(t, s, "app:1", "linux/amd64")
	assert.NilError(t, s.Close())
	assert.NilError(t, os.Chmod(root, 0o555))
	before := snapshot(t, root)

	looked, err := store.Look(root)
	assert.NilError(t, err)
	list, err := looked.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(list), 1)
	found, err := looked.Draft(t.Context(), d.Name)
	assert.NilError(t, err)
	assert.NilError(t, looked.CheckComplete(t.Context(), found.Index))
	_, err = looked.Size(t.Context(), found.Index)
	assert.NilError(t, err)
	_, err = looked.Update(t.Context(), d.Name, func(*draft.Draft) error { return nil })
	assert.ErrorIs(t, err, store.ErrFolder)
	freed, err := looked.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, freed.Blobs, 0)
	assert.NilError(t, looked.Close())
	assert.DeepEqual(t, snapshot(t, root), before)
}

// The folders that killed processes have left where temporary files are go with the next look; those in use stay.
func TestLookRemovesLeftovers(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	root := newRoot(t)
	assert.NilError(t, openStore(t, root).Close())
	looking, err := store.Look(root)
	assert.NilError(t, err)
	used, err := filepath.Glob(filepath.Join(temp, "multiplat-look-*"))
	assert.NilError(t, err)
	assert.Equal(t, len(used), 1)
	for _, leftover := range []string{"multiplat-look-1", "multiplat-look-2"} {
		assert.NilError(t, os.Mkdir(filepath.Join(temp, leftover), 0o700))
	}
	assert.NilError(t, os.WriteFile(filepath.Join(temp, "multiplat-look-2", "lock"), nil, 0o600))
	old := time.Now().Add(-time.Hour)
	for _, folder := range []string{used[0], filepath.Join(temp, "multiplat-look-1"), filepath.Join(temp, "multiplat-look-2")} {
		assert.NilError(t, os.Chtimes(folder, old, old))
	}
	again, err := store.Look(root)
	assert.NilError(t, err)
	assert.NilError(t, again.Close())
	left, err := filepath.Glob(filepath.Join(temp, "multiplat-look-*"))
	assert.NilError(t, err)
	assert.DeepEqual(t, left, used)
	assert.NilError(t, looking.Close())
}

// Looking at a store that is not there finds nothing, and makes none.
func TestLookMakesNoStore(t *testing.T) {
	root := newRoot(t)
	s, err := store.Look(root)
	assert.NilError(t, err)
	list, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(list), 0)
	_, err = s.Draft(t.Context(), draftName(t, "app:1"))
	assert.ErrorIs(t, err, store.ErrNoDraft)
	assert.NilError(t, s.Close())
	_, err = os.Stat(root)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// What is no store, or has lost its list, is refused when it is looked at as well.
func TestLookRefuses(t *testing.T) {
	root := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(root, "notes.txt"), nil, 0o600))
	_, err := store.Look(root)
	assert.ErrorIs(t, err, store.ErrFormat)
	_, err = store.Look(filepath.Join(root, "notes.txt"))
	assert.ErrorIs(t, err, store.ErrFolder)

	root = newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	addImages(t, s, "app:1", "linux/amd64")
	assert.NilError(t, s.Close())
	assert.NilError(t, os.Remove(filepath.Join(root, "index.json")))
	_, err = store.Look(root)
	assert.ErrorIs(t, err, store.ErrIndex)
}

// A wait for another process is told of, and ends with its context.
func TestWaitsAreToldAndInterrupted(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	d := addImages(t, s, "app:1", "linux/amd64")
	assert.NilError(t, s.Close())
	open := func(ctx context.Context, tell func(string)) error {
		s, err := store.Open(root, store.Waiting(ctx, tell))
		if err != nil {
			return err
		}
		_, err = s.Update(ctx, d.Name, func(*draft.Draft) error { return nil })
		assert.Check(t, s.Close())
		return err
	}
	look := func(ctx context.Context, tell func(string)) error {
		_, err := store.Look(root, store.Waiting(ctx, tell))
		return err
	}
	repair := func(ctx context.Context, tell func(string)) error {
		_, err := store.Repair(ctx, root, store.Waiting(ctx, tell))
		return err
	}
	for _, tc := range []struct {
		file string
		do   func(context.Context, func(string)) error
	}{{"use.lock", open}, {"use.lock", look}, {"lock", open}, {"lock", repair}} {
		held := flock.New(filepath.Join(root, tc.file))
		assert.NilError(t, held.Lock())
		ctx, cancel := context.WithCancel(t.Context())
		var told string
		err := tc.do(ctx, func(line string) { told = line; cancel() }) // as soon as it is told
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorContains(t, err, root)
		assert.Equal(t, told, `waiting for another process that uses the store "`+root+`"`)
		assert.NilError(t, held.Unlock())
	}
}
