package store

import (
	"context"
	// Digests of both algorithms the OCI specification registers are only known once these are linked in; without
	// them containerd writes an empty archive and only logs it.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/gofrs/flock"
)

// Store is an OCI image layout that holds drafts. It may be used by many goroutines, and the same folder by many
// processes, at once.
type Store struct {
	root    string
	content *sharedContent
	work    *workFolder
	used    *flock.Flock
	waits   waits
	// looking is true where nothing may be changed.
	looking bool
	now     func() time.Time
	// brief is how long a mending reads blobs of which nobody has said yet that they are damaged.
	brief time.Duration
}

// mendTime is the brief of every store.
const mendTime = 3 * time.Second

// Open opens the store in the folder root and makes it if need be. It removes what killed processes have left.
// Errors wrap [ErrFolder] or [ErrFormat] where those apply, and name the folder.
func Open(root string, options ...Option) (*Store, error) {
	return opened(root, options, open)
}

// opened opens a store in one way or another.
func opened(root string, options []Option, open func(string, waits) (*Store, error)) (*Store, error) {
	folder, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("opening the store %q: %w", root, err)
	}
	if root == "" {
		return nil, fmt.Errorf("opening the store %q: %w: the name is empty", root, ErrFolder)
	}
	s, err := open(folder, waitsOf(options))
	if err != nil {
		return nil, fmt.Errorf("opening the store %q: %w", folder, err)
	}
	return s, nil
}

// waitsOf applies options.
func waitsOf(options []Option) waits {
	w := waits{ctx: context.Background(), tell: func(string) {}} //nolint:forbidigo // who gives none waits for good
	for _, option := range options {
		option(&w)
	}
	return w
}

func open(root string, w waits) (*Store, error) {
	if err := prepareFolder(root); err != nil {
		return nil, err
	}
	if err := prepareLayout(root); err != nil {
		return nil, err
	}
	used, err := use(root, w)
	if err != nil {
		return nil, err
	}
	if err := sweepTemporary(root); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrFolder, err), used.Unlock())
	}
	work, err := makeWorkFolder(root)
	if err != nil {
		return nil, errors.Join(err, used.Unlock())
	}
	shared, err := newSharedContent(root, work.path)
	if err != nil {
		return nil, errors.Join(err, work.remove(), used.Unlock())
	}
	s := &Store{root: root, content: shared, work: work, used: used, waits: w, now: time.Now, brief: mendTime}
	if err := s.migrateDebts(w.ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Content returns the content store that every solve of this process writes to. A second writer of a blob waits for
// the first one.
func (s *Store) Content() content.Store {
	return s.content
}

// Root returns the absolute path of the folder.
func (s *Store) Root() string {
	return s.root
}

// Close gives up what this process holds of the store. Blobs that were begun and not committed are lost.
func (s *Store) Close() error {
	if err := errors.Join(s.work.remove(), s.used.Unlock()); err != nil {
		return fmt.Errorf("closing the store %q: %w", s.root, err)
	}
	return nil
}

// makeFolder makes a folder and those above it. One that was made outlasts a power failure, where its parent can be
// read.
func makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := makeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	if err := syncFolder(parent); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// prepareFolder makes the top folder, or checks that the one there is ours alone.
func prepareFolder(root string) error {
	if err := makeFolder(root); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	info, err := os.Stat(root)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := checkOwner(info, os.Geteuid()); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if info.Mode().Perm()&0o200 == 0 {
		return fmt.Errorf("%w: it is read-only (mode %04o)", ErrFolder, info.Mode().Perm())
	}
	return nil
}
