package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/containerd/containerd/v2/core/content"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/gofrs/flock"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
)

// ErrBusy says that another process uses the store: a build may rely on any blob that is there.
var ErrBusy = errors.New("the store is in use")

// useFile is locked shared by every open store, and exclusively while blobs are removed.
const useFile = "use.lock"

// Freed is what a removal of blobs gave back.
type Freed struct {
	Blobs int
	Bytes int64
}

// use takes the shared lock of an open store.
func use(root string, w waits) (*flock.Flock, error) {
	lock := scratch.Lock(filepath.Join(root, useFile))
	return lock, w.take(root, lock.TryRLockContext)
}

// RemoveUnneeded removes every blob that no entry of index.json needs, what audits have read of it, and the sums of
// folders that are no more. It removes nothing, with an error that wraps [ErrBusy], while another process has the store
// open.
func (s *Store) RemoveUnneeded(ctx context.Context) (freed Freed, err error) {
	if s.looking {
		return freed, nil
	}
	if err := s.used.Unlock(); err != nil {
		return freed, fmt.Errorf("removing unneeded blobs: %w", err)
	}
	defer func() {
		if locked := s.waits.takeUnder(ctx, s.root, s.used.TryRLockContext); err == nil {
			err = locked
		}
	}()
	alone := scratch.Lock(filepath.Join(s.root, useFile))
	locked, err := alone.TryLock()
	if err != nil {
		return freed, fmt.Errorf("removing unneeded blobs: %w", err)
	}
	if !locked {
		return freed, fmt.Errorf("removing unneeded blobs from %q: %w by another process", s.root, ErrBusy)
	}
	defer func() {
		if unlocked := alone.Unlock(); err == nil {
			err = unlocked
		}
	}()
	needed, err := s.needed(ctx)
	if err != nil {
		return freed, fmt.Errorf("removing unneeded blobs: %w", err)
	}
	return s.sweep(ctx, needed)
}

func (s *Store) sweep(ctx context.Context, needed map[digest.Digest]bool) (freed Freed, err error) {
	var unneeded []content.Info
	err = s.content.Walk(ctx, func(info content.Info) error {
		if !needed[info.Digest] {
			unneeded = append(unneeded, info)
		}
		return nil
	})
	if err != nil {
		return freed, fmt.Errorf("listing the blobs of %q: %w", s.root, err)
	}
	for _, info := range unneeded {
		if err := s.content.Delete(ctx, info.Digest); err != nil && !cerrdefs.IsNotFound(err) {
			return freed, fmt.Errorf("removing blob %s: %w", info.Digest, err)
		}
		freed.Blobs++
		freed.Bytes += info.Size
	}
	scans, err := s.Scans().keep(needed)
	freed.Bytes += scans
	if err != nil {
		return freed, err
	}
	sums, err := s.Sums().Forget()
	freed.Bytes += sums
	return freed, err
}

// needed lists the blobs that index.json leads to, also through entries of other tools.
func (s *Store) needed(ctx context.Context) (map[digest.Digest]bool, error) {
	index, err := s.readIndex()
	if err != nil {
		return nil, err
	}
	needed := map[digest.Digest]bool{}
	for _, entry := range index.Manifests {
		if err := s.mark(ctx, entry, needed); err != nil {
			return nil, err
		}
	}
	return needed, nil
}

// mark follows a descriptor to its children. A manifest that is damaged leads nowhere.
func (s *Store) mark(ctx context.Context, desc ocispec.Descriptor, needed map[digest.Digest]bool) error {
	if needed[desc.Digest] {
		return nil
	}
	needed[desc.Digest] = true
	body, err := s.ReadBlob(ctx, desc)
	if errors.Is(err, ErrCorrupt) {
		return nil
	}
	if err != nil {
		return err
	}
	var parent struct {
		Manifests []ocispec.Descriptor `json:"manifests"`
		Config    ocispec.Descriptor   `json:"config"`
		Layers    []ocispec.Descriptor `json:"layers"`
	}
	if err := json.Unmarshal(body, &parent); err != nil {
		return nil //nolint:nilerr // not JSON: it has no children
	}
	for _, child := range parent.Manifests {
		if err := s.mark(ctx, child, needed); err != nil {
			return err
		}
	}
	for _, leaf := range append(parent.Layers, parent.Config) {
		needed[leaf.Digest] = true
	}
	return nil
}

// Size is how many bytes the blobs of these descriptors and all they lead to have, each counted once.
func (s *Store) Size(ctx context.Context, roots ...ocispec.Descriptor) (int64, error) {
	needed := map[digest.Digest]bool{}
	for _, root := range roots {
		if err := s.mark(ctx, root, needed); err != nil {
			return 0, fmt.Errorf("measuring %s: %w", root.Digest, err)
		}
	}
	var size int64
	for id := range needed {
		info, err := s.content.Info(ctx, id)
		if err == nil {
			size += info.Size
		}
	}
	return size, nil
}
