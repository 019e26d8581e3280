package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// readyDraft is a draft that may be published.
type readyDraft struct {
	shipment
	// annotations are the index's own.
	annotations map[string]string
	// bases are the repositories of the images it was built from.
	bases []reference.Named
}

// ready checks one draft.
func (a *fromDraft) ready(ctx context.Context, r releaseRequest, d store.Draft) (ready readyDraft, err error) {
	ready.blobs, ready.annotations = a.store.Content(), d.Annotations
	var blobs record.ReadWriter = a.store
	if r.dryRun {
		origins := manifest.NewOrigins(a.store.Content())
		blobs, ready.blobs = newOverlay(a.store, origins), origins
	}
	images, shut := passDraft(ctx, r.gate, blobs, d, a.platforms)
	toShow := r.dryRun && errors.Is(shut, gate.ErrShut) && len(images) > 0 // what is there is shown all the same
	if shut != nil && !toShow {
		return ready, shut
	}
	ready.refused = shut
	if err := checkMixed(d, images); err != nil && !a.allowMixed {
		return ready, unfit(d, err)
	}
	index, err := a.indexOf(ctx, r, blobs, d, images)
	if err != nil {
		return ready, err
	}
	complete := index
	if r.dryRun {
		complete = d.Index // all but the records that would be made
	}
	if err := a.store.CheckComplete(ctx, complete); err != nil {
		return ready, unfit(d, err)
	}
	ready.publication = manifest.Publication{
		Index: index, Tags: []string{d.Name.Tag()}, Last: d.Published, Guards: r.guards,
	}
	if a.archTags {
		if ready.publication.ArchTags, err = archTagsOf(d.Name, images); err != nil {
			return ready, err
		}
	}
	return ready, a.describe(ctx, blobs, d, images, &ready)
}

// unfit says that a draft is not fit to be published.
func unfit(d store.Draft, err error) error {
	return &draftError{name: d.Name, err: fmt.Errorf("publishing %q: %w", reference.FamiliarString(d.Name), err)}
}

// describe notes what is known of each image, and where its layers may be mounted from.
func (a *fromDraft) describe(
	ctx context.Context, blobs record.Reader, d store.Draft, images []manifest.Image, ready *readyDraft,
) error {
	for _, image := range images {
		rec, tested, err := record.Of(ctx, blobs, image)
		if err != nil {
			return err
		}
		found, _, err := a.store.Image(ctx, image.Manifest)
		if err != nil {
			return err
		}
		inputs := d.Note(image.Platform).Source
		ready.bases = append(ready.bases, basesOf(inputs)...)
		known := shippedImage{Image: image, Config: found.Config.Digest, Source: inputs}
		known.note(rec, tested)
		ready.platforms = append(ready.platforms, known)
	}
	return nil
}

// archTagsOf names the tags of single images.
func archTagsOf(name reference.NamedTagged, images []manifest.Image) ([]manifest.NamedManifest, error) {
	tags := make([]manifest.NamedManifest, 0, len(images))
	for _, image := range images {
		tag, err := manifest.ArchTag(name.Tag(), image.Platform)
		if err != nil {
			return nil, fail(errUsage, err, "")
		}
		tags = append(tags, manifest.NamedManifest{Tag: tag, Manifest: image.Manifest})
	}
	return tags, nil
}
