package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// Draft returns the draft of a name. Where there is none the error wraps [ErrNoDraft] and names the folder searched;
// one that is damaged comes with an error that wraps [ErrCorrupt], and can be removed.
func (s *Store) Draft(ctx context.Context, name reference.NamedTagged) (draft.Draft, error) {
	index, err := s.readIndex()
	if err != nil {
		return draft.Draft{}, err
	}
	at := findDraft(index, name)
	if at < 0 {
		return draft.Draft{}, s.noDraft(name)
	}
	d, err := s.decodeEntry(ctx, index.Manifests[at])
	if err == nil {
		err = d.Damaged
	}
	return d, err
}

// List returns all drafts, sorted by name, also those that are damaged.
func (s *Store) List(ctx context.Context) ([]draft.Draft, error) {
	index, err := s.readIndex()
	if err != nil {
		return nil, err
	}
	var drafts []Draft
	for _, entry := range index.Manifests {
		if !isDraft(entry) {
			continue
		}
		d, err := s.decodeEntry(ctx, entry)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, d)
	}
	order.Stable(drafts, func(a, b draft.Draft) int { return cmp.Compare(fullName(a.Name), fullName(b.Name)) })
	return drafts, nil
}

// Update calls change with the draft of a name, a new one if there is none, and stores what it made of it: the index
// blob, then the entry in index.json. No other change to the store happens in between, so change has to be quick. Its
// error is returned as it is, and nothing is stored then. The name, Index and Updated are not its to set.
func (s *Store) Update(
	ctx context.Context, name reference.NamedTagged, change func(*draft.Draft) error,
) (draft.Draft, error) {
	var updated Draft
	err := s.changeIndexFile(ctx, func(index *ocispec.Index) error {
		at := findDraft(*index, name)
		d := draft.Draft{Name: name}
		if err := s.hasRoom(*index); at < 0 && err != nil {
			return err
		}
		if at >= 0 {
			var err error
			if d, err = s.decodeEntry(ctx, index.Manifests[at]); err != nil {
				return err
			}
		}
		if err := change(&d); err != nil {
			return err
		}
		d.Name, d.Damaged = name, nil
		entry, err := s.storeDraft(ctx, d)
		if err != nil {
			return fmt.Errorf("storing draft %q: %w", reference.FamiliarString(name), err)
		}
		if updated, err = s.decodeEntry(ctx, entry); err != nil {
			return err
		}
		if at >= 0 {
			index.Manifests[at] = entry
		} else {
			index.Manifests = append(index.Manifests, entry)
		}
		return nil
	})
	if err != nil {
		return draft.Draft{}, err
	}
	return updated, nil
}

// MarkPublished records which digest a draft's name was last published with. The draft itself stays as it is, its
// time too.
func (s *Store) MarkPublished(ctx context.Context, name reference.NamedTagged, published digest.Digest) error {
	return s.changeIndexFile(ctx, func(index *ocispec.Index) error {
		at := findDraft(*index, name)
		if at < 0 {
			return s.noDraft(name)
		}
		index.Manifests[at].Annotations[annotationPublished] = published.String()
		return nil
	})
}

// noDraft is the error for a name that is not there.
func (s *Store) noDraft(name reference.NamedTagged) error {
	return fmt.Errorf("looking for %q in %q: %w", reference.FamiliarString(name), s.root, ErrNoDraft)
}

// findDraft returns the position of a draft in index.json, or -1.
func findDraft(index ocispec.Index, name reference.NamedTagged) int {
	return slices.IndexFunc(index.Manifests, func(entry ocispec.Descriptor) bool {
		return isDraft(entry) && entry.Annotations[images.AnnotationImageName] == fullName(name)
	})
}

// storeDraft writes the index blob of a draft and returns its entry for index.json.
func (s *Store) storeDraft(ctx context.Context, d draft.Draft) (ocispec.Descriptor, error) {
	body, err := draftIndex(d)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	if d.Index, err = s.WriteBlob(ctx, ocispec.MediaTypeImageIndex, body); err != nil {
		return ocispec.Descriptor{}, err
	}
	d.Updated = s.now().UTC()
	return encodeEntry(d)
}

// draftIndex assembles the index of a draft.
func draftIndex(d draft.Draft) ([]byte, error) {
	if len(d.Images) == 0 {
		return json.MarshalIndent(emptyIndex(d.Annotations), "", "  ")
	}
	body, _, err := manifest.BuildIndex(inOrder(d.Images, d.Platforms), d.Annotations)
	return body, err
}

// inOrder returns the images of the platforms asked for in their order, then the others in theirs.
func inOrder(imgs []manifest.Image, asked []ocispec.Platform) []manifest.Image {
	place := func(img manifest.Image) int {
		at := slices.IndexFunc(asked, func(p ocispec.Platform) bool { return platform.Equal(img.Platform, p) })
		if at < 0 { // it may have been asked for without its os.version
			at = slices.IndexFunc(asked, func(p ocispec.Platform) bool { return platform.Satisfies(img.Platform, p) })
		}
		if at < 0 {
			return len(asked)
		}
		return at
	}
	sorted := slices.Clone(imgs)
	order.Stable(sorted, func(a, b manifest.Image) int { return cmp.Compare(place(a), place(b)) })
	return sorted
}
