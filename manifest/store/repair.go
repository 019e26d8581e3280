package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
)

// Repaired is what came of a repair.
type Repaired struct {
	// Whole is true where nothing was damaged; Restored where the list of the last change is back.
	Whole, Restored bool
	// Found are the names of the drafts that no list led to, and that were found in the blobs.
	Found []string
}

// Repair brings back the list of drafts where it is gone or cannot be read, from the copy of the last change. Drafts
// whose blobs are there and that the copy does not know get a name of their own: nothing that an image needs is ever
// taken for unneeded. What could not be read is kept beside the new list.
func Repair(ctx context.Context, root string, options ...Option) (r Repaired, err error) {
	lock := scratch.Lock(filepath.Join(root, lockFile))
	if err := waitsOf(options).takeUnder(ctx, root, lock.TryLockContext); err != nil {
		return r, fmt.Errorf("repairing the store %q: %w", root, err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	now, err := readIndexFile(root)
	if err == nil && !slices.ContainsFunc(now.Manifests, nameless) {
		return Repaired{Whole: true}, nil
	}
	if err != nil && !errors.Is(err, ErrIndex) {
		return r, err
	}
	restored, err := readIndexAs(root, copyFile)
	switch {
	case err == nil && !slices.ContainsFunc(restored.Manifests, nameless):
		r.Restored, now = true, restored
	case len(now.Manifests) > 0:
		now.Manifests = slices.DeleteFunc(now.Manifests, nameless)
	default:
		now = emptyIndex(map[string]string{annotationVersion: version})
	}
	if r.Found, err = recoverDrafts(ctx, root, &now); err != nil {
		return r, fmt.Errorf("repairing the store %q: %w", root, err)
	}
	body, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		return r, fmt.Errorf("repairing the store %q: %w", root, err)
	}
	if err := setAside(root); err != nil {
		return r, fmt.Errorf("repairing the store %q: %w", root, err)
	}
	return r, replaceIndex(root, body)
}

// setAside keeps an index.json that could not be read.
func setAside(root string) error {
	path := filepath.Join(root, ocispec.ImageIndexFile)
	if err := os.Rename(path, filepath.Join(root, damagedFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// nameless tells that the name of a draft's entry cannot be read.
func nameless(entry ocispec.Descriptor) bool {
	d, _ := decodeAnnotations(entry)
	return isDraft(entry) && d.Name == nil
}

// tempAge is how old a temporary file must be to be a leftover: those of a new store are written without the lock.
const tempAge = time.Minute

// sweepTemporary removes the files that killed processes have left, unless one is being written now: whoever writes one
// holds the lock.
func sweepTemporary(root string) error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	lock := scratch.Lock(filepath.Join(root, lockFile))
	for _, entry := range entries {
		info, err := entry.Info()
		if !strings.HasPrefix(entry.Name(), tempPrefix) || err != nil || time.Since(info.ModTime()) < tempAge {
			continue
		}
		if !lock.Locked() {
			if free, err := lock.TryLock(); err != nil || !free {
				return err
			}
		}
		if err := os.Remove(filepath.Join(root, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, lock.Unlock())
		}
	}
	return lock.Unlock()
}
