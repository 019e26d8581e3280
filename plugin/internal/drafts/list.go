package drafts

import (
	"context"
	"slices"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
)

// Listed is the drafts of a store, and a row for each.
type Listed struct {
	Drafts []draft.Draft
	Rows   []Row
}

// List lists the drafts of a store.
func List(ctx context.Context, s *store.Store) (Listed, error) {
	drafts, err := s.List(ctx)
	if err != nil {
		return Listed{}, err
	}
	l := Listed{Drafts: drafts, Rows: make([]Row, 0, len(drafts))}
	for _, d := range drafts {
		row, err := RowOf(ctx, s, d)
		if err != nil {
			return l, err
		}
		l.Rows = append(l.Rows, row)
	}
	return l, nil
}

// Size is how much of the disk the drafts take up in the store: what they share counts once.
func (l Listed) Size(ctx context.Context, s *store.Store) (int64, error) {
	roots := make([]ocispec.Descriptor, 0, len(l.Drafts))
	for _, d := range l.Drafts {
		roots = append(roots, d.Index)
	}
	return s.Size(ctx, roots...)
}

// Loaded counts the images of the drafts that are in the engine, and their bytes. What does not answer is left out.
func (l Listed) Loaded(ctx context.Context, h dockercli.Host, s *store.Store) (images int, bytes int64) {
	for _, d := range l.Drafts {
		for _, name := range loadedNames(ctx, s, d) {
			image, err := h.EngineClient().ImageInspect(ctx, name.text)
			if err != nil || !slices.Contains(name.ids, image.ID) {
				continue
			}
			images++
			bytes += image.Size
		}
	}
	return images, bytes
}

// loadedName is the name that an image has in the engine when it is loaded, and the IDs that it then may have.
type loadedName struct {
	text string
	ids  []string
	// engines are those, other than the one in use, that it may be in, too.
	engines []string
	// pulled are names by digest that it has besides, where it was pulled.
	pulled []string
}

// loadedNames are the names of a draft's images.
func loadedNames(ctx context.Context, s *store.Store, d draft.Draft) []loadedName {
	var names []loadedName
	for _, image := range d.Images {
		if named, err := ref.ArchName(d.Name, image.Platform); err == nil {
			note := d.Note(image.Platform)
			ids := append(s.EngineIDs(ctx, image), note.Loaded...)
			names = append(names, loadedName{reference.FamiliarString(named), ids, note.Engines, pulledNames(image, note)})
		}
	}
	return names
}

// pulledNames are those that engines have pulled a staged image by, if there are any.
func pulledNames(image manifest.Image, note draft.Note) (names []string) {
	for _, repository := range note.Staged {
		if name, err := staged.Name(repository, image.Manifest.Digest); err == nil {
			names = append(names, reference.FamiliarString(name))
		}
	}
	return names
}
