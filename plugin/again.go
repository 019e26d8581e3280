package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
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

// askedFor is what an image's platform was called when the draft was asked for it.
func askedFor(draft store.Draft, p ocispec.Platform) ocispec.Platform {
	if i := slices.IndexFunc(draft.Platforms, func(asked ocispec.Platform) bool { return answers(p, asked) }); i >= 0 {
		return draft.Platforms[i]
	}
	return p
}

// as is the result under another name of its platform.
func (r platformResult) as(p ocispec.Platform) platformResult {
	r.platform = p
	return r
}

// again tests one image of a draft and notes the outcome. What says nothing of the image leaves the draft as it is.
func (b *building) again(ctx context.Context, draft store.Draft, image manifest.Image) {
	asked := askedFor(draft, image.Platform)
	row := platformResult{platform: image.Platform, source: draft.Notes[manifest.FormatPlatform(asked)].Source}
	var broke, err error
	if image.Manifest.Digest == "" || stale(draft, image.Platform) {
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
