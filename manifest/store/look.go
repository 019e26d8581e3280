package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
)

// Look opens the store in the folder root to read it. Nothing in it is changed, so it may be read-only; one that is not
// there is not made, and is empty. Errors are those of [Open].
func Look(root string, options ...Option) (*Store, error) {
	return opened(root, options, look)
}

func look(root string, w waits) (*Store, error) {
	if err := checkReadable(root); err != nil {
		return nil, err
	}
	used := scratch.LockThere(filepath.Join(root, useFile)) // it is not made
	switch err := w.take(root, used.TryRLockContext); {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
		// nobody has used the store yet, or can know of us
	case err != nil:
		return nil, err
	}
	work, err := makeLookFolder(root)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrTemporary, err), used.Unlock())
	}
	shared, err := newSharedContent(root, work.path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrFolder, err), work.remove(), used.Unlock())
	}
	return &Store{root: root, content: shared, work: work, used: used, waits: w, looking: true, now: time.Now}, nil
}

const (
	// lookPrefix begins the names of the work folders of those who only look, where temporary files are.
	lookPrefix = "multiplat-look-"
	// lookLock is a file in it that is locked for as long as somebody looks.
	lookLock = "lock"
)

// makeLookFolder makes a work folder after removing those of dead processes.
func makeLookFolder(root string) (*workFolder, error) {
	sweepLookFolders(os.TempDir())
	path, err := os.MkdirTemp("", lookPrefix)
	if err != nil {
		return nil, err
	}
	work := &workFolder{path: path, look: scratch.Lock(filepath.Join(path, lookLock))}
	_, err = work.look.TryLock()
	if err == nil {
		err = os.Symlink(filepath.Join(root, ocispec.ImageBlobsDir), filepath.Join(path, ocispec.ImageBlobsDir))
	}
	if err != nil {
		return nil, errors.Join(err, work.remove())
	}
	return work, nil
}

// sweepLookFolders removes the folders of this user that nobody holds any more. One that cannot be removed stays.
func sweepLookFolders(parent string) {
	folders, err := filepath.Glob(filepath.Join(parent, lookPrefix+"*"))
	if err != nil {
		return
	}
	for _, folder := range folders {
		info, err := os.Lstat(folder)
		if err != nil || !info.IsDir() || checkOwner(info, os.Geteuid()) != nil || time.Since(info.ModTime()) < tempAge {
			continue
		}
		lock := scratch.LockThere(filepath.Join(folder, lookLock)) // it is not made
		free, err := lock.TryLock()
		if free || errors.Is(err, fs.ErrNotExist) {
			_ = os.RemoveAll(folder)
		}
		_ = lock.Close()
	}
}

// checkReadable refuses a folder that is no store of ours. One that is not there, or empty, is a store without drafts.
func checkReadable(root string) error {
	info, err := os.Stat(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = checkOwner(info, os.Geteuid())
	}
	if err == nil && !info.IsDir() {
		err = errors.New("it is not a directory")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if _, err := readIndexFile(root); !errors.Is(err, fs.ErrNotExist) || holdsBlobs(root) {
		return err
	}
	if _, err := os.Stat(filepath.Join(root, ocispec.ImageLayoutFile)); err == nil {
		return checkLayout(root)
	}
	return checkEmpty(root)
}

// readIndex reads the list of drafts. Who only looks has made none: where there is none it is empty.
func (s *Store) readIndex() (ocispec.Index, error) {
	index, err := readIndexFile(s.root)
	if s.looking && errors.Is(err, fs.ErrNotExist) && !holdsBlobs(s.root) {
		return emptyIndex(map[string]string{annotationVersion: version}), nil
	}
	return index, err
}

// Option changes how a store is opened.
type Option func(*waits)

// Waiting ends every wait for another process with ctx; tell hears of one that takes longer than a moment. Without it
// waits are silent.
func Waiting(ctx context.Context, tell func(line string)) Option {
	return func(w *waits) { w.ctx, w.tell = ctx, tell }
}

// patience is how long somebody waits for a lock before it is told.
const patience = time.Second

// waits are how a store waits for other processes.
type waits struct {
	ctx  context.Context //nolint:containedctx // it is that of opening the store
	tell func(line string)
}

// take takes a lock of the store in root by trying until it is free.
func (w waits) take(root string, try func(context.Context, time.Duration) (bool, error)) error {
	return w.takeUnder(w.ctx, root, try)
}

// takeUnder is take with another end.
func (w waits) takeUnder(
	ctx context.Context, root string, try func(context.Context, time.Duration) (bool, error),
) error {
	timer := time.AfterFunc(patience, func() {
		w.tell(fmt.Sprintf("waiting for another process that uses the store %q", root))
	})
	defer timer.Stop()
	if _, err := try(ctx, lockPoll); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("waiting for another process: %w", err)
		}
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}
