package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
)

const (
	workDir        = "work"
	workLockSuffix = ".lock"
	workTries      = 16
)

// workFolder is the folder work/RANDOM of one open store. Its blobs are the layout's, by a symbolic link, its ingest
// folder is its own: the ref locks of containerd's local store are in memory, so two stores on one ingest folder
// destroy each other's files. The file work/RANDOM.lock is locked for as long as the store is open, which tells the
// folder from a leftover; it is made before the folder and removed after it.
type workFolder struct {
	path string
	lock *flock.Flock
	// look is held in the place of lock by who only looks.
	look *flock.Flock
}

// makeWorkFolder makes a work folder after removing those of dead processes. It waits for nobody: where another
// process sweeps away the new lock file before it is locked, the next one is tried.
func makeWorkFolder(root string) (*workFolder, error) {
	parent := filepath.Join(root, workDir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := sweepWorkFolders(parent); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	for range workTries {
		file, err := os.CreateTemp(parent, "*"+workLockSuffix)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFolder, err)
		}
		if err := file.Close(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFolder, err)
		}
		work, err := lockWorkFolder(file.Name())
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFolder, err)
		}
		if work == nil {
			continue
		}
		if err := work.fill(root); err != nil {
			return nil, errors.Join(fmt.Errorf("%w: %w", ErrFolder, err), work.remove())
		}
		return work, nil
	}
	return nil, fmt.Errorf("%w: no work folder could be locked in %d tries", ErrFolder, workTries)
}

// lockWorkFolder takes the lock of a work folder. The result is nil when somebody else has it, or has removed it.
func lockWorkFolder(lockPath string) (*workFolder, error) {
	lock, err := scratch.TakeLock(lockPath)
	if lock == nil {
		return nil, err
	}
	return &workFolder{path: strings.TrimSuffix(lockPath, workLockSuffix), lock: lock}, nil
}

// sweepWorkFolders removes the work folders nobody holds. One that cannot be removed now is left to the next sweep.
func sweepWorkFolders(parent string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), workLockSuffix) {
			continue
		}
		if work, err := lockWorkFolder(filepath.Join(parent, entry.Name())); err == nil && work != nil {
			_ = work.remove()
		}
	}
	return nil
}

// fill makes the folder and the link to the blobs of the layout, which may be elsewhere than above the folder: work may
// be a link.
func (w *workFolder) fill(root string) error {
	if err := os.Mkdir(w.path, 0o700); err != nil {
		return err
	}
	return os.Symlink(filepath.Join(root, ocispec.ImageBlobsDir), filepath.Join(w.path, ocispec.ImageBlobsDir))
}

// remove deletes the folder, then its lock file. Doing so again is harmless.
func (w *workFolder) remove() error {
	if w.look != nil {
		return errors.Join(os.RemoveAll(w.path), w.look.Close())
	}
	if !w.lock.Locked() {
		return nil
	}
	err := os.RemoveAll(w.path)
	if err == nil {
		err = os.Remove(w.lock.Path())
	}
	if errors.Is(err, fs.ErrNotExist) { // the store was moved: who opens it next sweeps
		err = nil
	}
	return errors.Join(err, w.lock.Unlock())
}
