package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/containerd/containerd/v2/core/images"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
	"github.com/docker-multiplat/docker-multiplat/manifest/internal/jsonkeys"
)

const (
	lockFile = "lock"
	// maxIndexFile is the largest index.json that is read; it has about a kilobyte for a draft.
	maxIndexFile = 64 << 20
	// copyFile is index.json once more, for [Repair].
	copyFile = "index.json.copy"
	// damagedFile is an index.json that could not be read.
	damagedFile = "index.json.damaged"
	// lockPoll is how often a process that waits for the lock looks again; it is never held for long.
	lockPoll = 5 * time.Millisecond

	annotationVersion = "com.docker-multiplat.store.version"
)

// emptyIndex is an index without entries, which the specification allows but manifest.BuildIndex does not make.
func emptyIndex(annotations map[string]string) ocispec.Index {
	return ocispec.Index{
		Versioned:   specs.Versioned{SchemaVersion: 2},
		MediaType:   ocispec.MediaTypeImageIndex,
		Manifests:   []ocispec.Descriptor{},
		Annotations: annotations,
	}
}

// readIndexFile reads index.json. It is replaced as a whole, so this needs no lock.
func readIndexFile(root string) (ocispec.Index, error) {
	return readIndexAs(root, ocispec.ImageIndexFile)
}

// readIndexAs reads index.json, or its copy.
func readIndexAs(root, name string) (ocispec.Index, error) {
	path := filepath.Join(root, name)
	body, err := localfile.Read(path, maxIndexFile)
	if localfile.Exhausted(err) {
		return ocispec.Index{}, fmt.Errorf("reading %q: %w", path, err)
	}
	if err != nil {
		return ocispec.Index{}, fmt.Errorf("reading %q: %w: %w: %w", path, ErrCorrupt, ErrIndex, err)
	}
	var index ocispec.Index
	if err = json.Unmarshal(body, &index); err == nil {
		err = jsonkeys.Check(body) // of two lists the last would count, and what the other needs be removed
	}
	if err != nil {
		return ocispec.Index{}, fmt.Errorf("reading %q: %w: %w: %w", path, ErrCorrupt, ErrIndex, err)
	}
	if index.SchemaVersion != 2 || index.MediaType != "" && !images.IsIndexType(index.MediaType) {
		return ocispec.Index{}, fmt.Errorf("reading %q: %w: %w: it is no image index", path, ErrCorrupt, ErrIndex)
	}
	switch found := index.Annotations[annotationVersion]; found {
	case version:
		return index, nil
	case "":
		return ocispec.Index{}, fmt.Errorf("reading %q: %w: it is the layout of another tool", path, ErrFormat)
	default:
		return ocispec.Index{}, fmt.Errorf("reading %q: %w: its format is %q, and this version knows %q; update it",
			path, ErrFormat, found, version)
	}
}

// changeIndexFile calls change with index.json under the lock of all processes and writes what it made of it.
func (s *Store) changeIndexFile(ctx context.Context, change func(*ocispec.Index) error) (err error) {
	return s.locked(ctx, func() error {
		index, err := readIndexFile(s.root)
		if err != nil {
			return err
		}
		if err := change(&index); err != nil {
			return err
		}
		body, err := json.MarshalIndent(index, "", "  ")
		if err != nil {
			return fmt.Errorf("encoding %s: %w", ocispec.ImageIndexFile, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return replaceIndex(s.root, body)
	})
}

// locked does something under the lock of all processes.
func (s *Store) locked(ctx context.Context, do func() error) (err error) {
	if s.looking {
		return fmt.Errorf("changing %q: %w: it was opened to be read", s.root, ErrFolder)
	}
	return lockedIn(ctx, s.root, s.waits, func() error {
		if err := s.inPlace(); err != nil {
			return err
		}
		return do()
	})
}

// lockedIn is locked for the store in a folder.
func lockedIn(ctx context.Context, root string, w waits, do func() error) (err error) {
	lock := scratch.Lock(filepath.Join(root, lockFile))
	if err := w.takeUnder(ctx, root, lock.TryLockContext); err != nil {
		return fmt.Errorf("locking %q: %w", lock.Path(), err)
	}
	defer func() {
		if unlockErr := lock.Unlock(); err == nil {
			err = unlockErr
		}
	}()
	return do()
}

// replaceIndex writes index.json, then its copy. A full disk is no reason to fail where there is less to write than
// before: that goes into the file itself, with the copy of before beside it until it is there.
func replaceIndex(root string, body []byte) error {
	path := filepath.Join(root, ocispec.ImageIndexFile)
	if err := replaceFile(path, body); err != nil {
		info, problem := os.Stat(path)
		if !isFull(err) || problem != nil || info.Size() < int64(len(body)) {
			return err
		}
		if err := os.WriteFile(path, body, info.Mode().Perm()); err != nil {
			return fmt.Errorf("writing %q: %w", path, err)
		}
	}
	if err := replaceCopy(filepath.Join(root, copyFile), body); err != nil && !isFull(err) {
		return err
	}
	return nil
}

// isFull tells that there is no room left, for anybody or for this user.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// replaceCopy writes the copy. Whatever else stands in its place is no copy, and goes.
func replaceCopy(path string, body []byte) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("replacing %q: %w", path, err)
		}
	}
	return replaceFile(path, body)
}

// replaceFile puts a file in the place of one that may be there, whole or not at all, also when power fails.
func replaceFile(path string, body []byte) error {
	return placeFile(path, body, os.Rename)
}

// createFile puts a file where none is, whole or not at all, and leaves one that is there.
func createFile(path string, body []byte) error {
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	return placeFile(path, body, func(temp, path string) error {
		if err := os.Link(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}

// placeFile writes a temporary file beside path, flushes it, and has place move it there.
func placeFile(path string, body []byte, place func(temp, path string) error) error {
	folder := filepath.Dir(path)
	temp, err := os.CreateTemp(folder, tempPrefix)
	if err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(body)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	if err := place(temp.Name(), path); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return syncFolder(folder)
}
