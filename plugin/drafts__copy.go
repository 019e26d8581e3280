package plugin

import (
	"context"
	"fmt"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// tagDraft gives a draft a further name, under which it can be published.
func tagDraft(ctx context.Context, s *store.Store, from, to reference.NamedTagged) error {
	d, err := s.Draft(ctx, from)
	if err != nil {
		return err
	}
	if err := manifest.CheckArchTags(to.Tag(), d.Platforms); err != nil {
		return fail(errUsage, fmt.Errorf("naming the platforms of %q: %w", reference.FamiliarString(to), err), "")
	}
	return copyDraft(ctx, s, d, to)
}

// copyDraft gives a draft a further name.
func copyDraft(ctx context.Context, s *store.Store, from draft.Draft, name reference.NamedTagged) error {
	_, err := s.Update(ctx, name, func(d *draft.Draft) error {
		d.Platforms, d.Images, d.Notes, d.Annotations = from.Platforms, from.Images, from.Notes, from.Annotations
		return nil
	})
	if err != nil {
		return fmt.Errorf("naming the draft %q: %w", reference.FamiliarString(name), err)
	}
	return nil
}
