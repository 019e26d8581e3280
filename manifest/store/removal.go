package store

import (
	"context"
	"fmt"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// maxDrafts is how many drafts a store takes: the list of them is read and written as a whole by every command.
const maxDrafts = 10_000

// hasRoom refuses one draft more than a store takes. One that has more, from before, goes on with those.
func (s *Store) hasRoom(index ocispec.Index) error {
	drafts := 0
	for _, entry := range index.Manifests {
		if isDraft(entry) {
			drafts++
		}
	}
	if drafts >= maxDrafts {
		return fmt.Errorf("adding a draft to %q: %w: it has %d, and takes %d", s.root, ErrCrowded, drafts, maxDrafts)
	}
	return nil
}

// Remove takes a draft out of the store. Its blobs stay, others may need them. Where there is no such draft the error
// wraps [ErrNoDraft].
func (s *Store) Remove(ctx context.Context, name reference.NamedTagged) error {
	gone, err := s.RemoveAll(ctx, []draft.Draft{{Name: name}})
	if err == nil && len(gone) == 0 {
		return s.noDraft(name)
	}
	return err
}

// RemoveAll takes drafts out of the store, all in one change, and returns those that were there.
func (s *Store) RemoveAll(ctx context.Context, list []draft.Draft) (gone []draft.Draft, err error) {
	gone, _, err = s.remove(ctx, list, func(ocispec.Descriptor, draft.Draft) (bool, error) { return true, nil })
	return gone, err
}

// RemoveUnchanged is [Store.RemoveAll] of drafts that are still as they were read. Those that are others by now are
// left, and returned as well.
func (s *Store) RemoveUnchanged(ctx context.Context, list []draft.Draft) (gone, changed []draft.Draft, err error) {
	return s.remove(ctx, list, func(entry ocispec.Descriptor, was draft.Draft) (bool, error) {
		now, err := s.decodeEntry(ctx, entry)
		return now.Index.Digest == was.Index.Digest && now.Updated.Equal(was.Updated), err
	})
}

// remove takes out of the store what may be taken of some drafts, and leaves the others; both are returned in the order
// given. What is not there is in neither.
func (s *Store) remove(
	ctx context.Context, list []draft.Draft, may func(ocispec.Descriptor, draft.Draft) (bool, error),
) (gone, left []draft.Draft, err error) {
	asked := make(map[string]draft.Draft, len(list))
	for _, d := range list {
		asked[fullName(d.Name)] = d
	}
	taken := map[string]bool{}
	err = s.changeIndexFile(ctx, func(index *ocispec.Index) error {
		kept := index.Manifests[:0]
		for _, entry := range index.Manifests {
			name := entry.Annotations[images.AnnotationImageName]
			if d, found := asked[name]; found && isDraft(entry) {
				var err error
				if taken[name], err = may(entry, d); err != nil {
					return err
				}
				if taken[name] {
					continue
				}
			}
			kept = append(kept, entry)
		}
		index.Manifests = kept
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, d := range list {
		if took, found := taken[fullName(d.Name)]; took {
			gone = append(gone, d)
		} else if found {
			left = append(left, d)
		}
	}
	return gone, left, nil
}
