package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// each calls try for every image, as many at once as there are slots, and waits for all.
func (b *building) each(ctx context.Context, images []manifest.Image, try func(manifest.Image)) error {
	done := make(chan struct{}, len(images))
	for _, image := range images {
		go func() {
			defer func() { done <- struct{}{} }()
			if b.slots.Acquire(ctx, 1) != nil {
				return // interrupted, which is told in the end
			}
			defer b.slots.Release(1)
			try(image)
		}()
	}
	for range images {
		<-done
	}
	return b.failure
}

// missing says that a draft does not hold what its last build was to make of a platform.
func missing(draft store.Draft, asked ocispec.Platform) error {
	why := firstOf(draft.Note(asked).Reason, "it was never built")
	return fail(gate.ErrShut, fmt.Errorf("%s is missing from %s: %s", manifest.FormatPlatform(asked),
		reference.FamiliarString(draft.Name), why), "")
}

// as is the result under another name of its platform.
func (r platformResult) as(p ocispec.Platform) platformResult {
	r.platform = p
	return r
}

// again tests one image of a draft and notes the outcome. What says nothing of the image leaves the draft as it is.
func (b *building) again(ctx context.Context, draft store.Draft, image manifest.Image) {
	asked, note := draft.AskedFor(image.Platform), draft.Note(image.Platform)
	row := platformResult{platform: image.Platform, source: note.Source}
	var broke, err error
	if image.Manifest.Digest == "" || note.State.Stale() {
		broke = missing(draft, asked)
	} else {
		broke = b.tryAgain(ctx, image, &row)
	}
	switch {
	case broke != nil:
		row.verdict, row.reason, row.err = broken, broke.Error(), broke
	case b.plan.manual && row.verdict == "": // nothing is known yet
	default:
		err = b.note(ctx, row.as(asked))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.results = append(b.results, row)
	b.failure = errors.Join(b.failure, err)
}

func (b *building) tryAgain(ctx context.Context, image manifest.Image, row *platformResult) error {
	now := built{image: image}
	var err error
	if now.manifest, now.config, err = b.store.Image(ctx, image.Manifest); err != nil {
		return fmt.Errorf("reading the image for %s: %w", manifest.FormatPlatform(image.Platform), err)
	}
	row.config = now.manifest.Config.Digest
	if err := b.audit(ctx, &now, row); err != nil {
		return err
	}
	if len(row.audit.Errors()) == 0 {
		if err := b.tryOut(ctx, &now, row); err != nil {
			return err
		}
	}
	row.image = &now.image
	return nil
}
