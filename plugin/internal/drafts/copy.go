package drafts

import (
	"context"
	"fmt"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Tag gives a draft a further name, under which it can be published.
func Tag(ctx context.Context, s *store.Store, from, to reference.NamedTagged) error {
	d, err := s.Draft(ctx, from)
	if err != nil {
		return err
	}
	if err := platform.CheckArchTags(to.Tag(), d.Platforms); err != nil {
		return failure.Wrap(
			failure.ErrUsage,
			fmt.Errorf("naming the platforms of %q: %w", reference.FamiliarString(to), err),
			"",
		)
	}
	return Copy(ctx, s, d, to)
}

// Copy gives a draft a further name.
func Copy(ctx context.Context, s *store.Store, from draft.Draft, name reference.NamedTagged) error {
	_, err := s.Update(ctx, name, func(d *draft.Draft) error {
		notes := map[string]draft.Note{}
		for key, note := range from.Notes {
			notes[key] = note.Knowing(d.Notes[key])
		}
		d.Platforms, d.Images, d.Notes, d.Annotations = from.Platforms, from.Images, notes, from.Annotations
		return nil
	})
	if err != nil {
		return fmt.Errorf("naming the draft %q: %w", reference.FamiliarString(name), err)
	}
	return nil
}
