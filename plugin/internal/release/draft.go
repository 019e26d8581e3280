package release

import (
	"context"
	"errors"
	"fmt"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// readyDraft is a draft that may be published.
type readyDraft struct {
	Shipment
	// annotations are the index's own.
	annotations map[string]string
	draft       store.Draft
	// bases are the repositories of the images it was built from.
	bases []reference.Named
}

// ready checks one draft.
func (a *FromDraft) ready(ctx context.Context, r Request, d store.Draft) (ready readyDraft, err error) {
	ready.blobs, ready.annotations, ready.draft = a.Store.Content(), d.Annotations, d
	var blobs record.ReadWriter = a.Store
	if r.DryRun {
		origins := source.NewBlobs(a.Store.Content())
		blobs, ready.blobs = newOverlay(a.Store, origins), origins
	}
	g := DraftGate{Policy: r.Gate, Blobs: blobs, Debts: a.Store.Debts(), Planned: r.DryRun}
	images, shut := g.Pass(ctx, d, a.Platforms)
	toShow := r.DryRun && errors.Is(shut, gate.ErrShut) && len(images) > 0 // what is there is shown all the same
	if shut != nil && !toShow {
		return ready, shut
	}
	ready.refused = shut
	if err := checkMixed(d, images); err != nil && !a.AllowMixed {
		return ready, unfit(d, err)
	}
	index, err := a.indexOf(ctx, r, blobs, d, images)
	if err != nil {
		return ready, err
	}
	complete := index
	if r.DryRun {
		complete = d.Index // all but the records that would be made
	}
	if err := a.Store.CheckComplete(ctx, complete, d.Elsewhere()...); err != nil {
		return ready, unfit(d, err)
	}
	ready.Publication = publish.Request{
		Index: index, Tags: []string{d.Name.Tag()}, Last: d.Published, Guards: r.Guards,
	}
	if r.ArchTags {
		if ready.Publication.ArchTags, err = archTagsOf(d.Name.Tag(), images); err != nil {
			return ready, failure.Wrap(failure.ErrUsage, err, "")
		}
	}
	from := reference.FamiliarString(d.Name)
	ready.still = func(ctx context.Context) error { return stillPass(ctx, a.Store, from, images) }
	return ready, a.describe(ctx, blobs, d, images, &ready)
}

// unfit says that a draft is not fit to be published.
func unfit(d store.Draft, err error) error {
	return &DraftError{Name: d.Name, Err: fmt.Errorf("publishing %q: %w", reference.FamiliarString(d.Name), err)}
}

// describe notes what is known of each image, and where its layers may be mounted from.
func (a *FromDraft) describe(
	ctx context.Context, blobs record.Reader, d store.Draft, images []manifest.Image, ready *readyDraft,
) error {
	for _, image := range images {
		rec, tested, err := record.Of(ctx, blobs, image)
		if err != nil {
			return err
		}
		found, _, err := a.Store.Image(ctx, image.Manifest)
		if err != nil {
			return err
		}
		in := d.Note(image.Platform).Source
		ready.bases = append(ready.bases, inputs.Bases(in)...)
		known := Shipped{Image: image, Config: found.Config.Digest, Source: in}
		known.note(rec, tested)
		ready.Platforms = append(ready.Platforms, known)
	}
	return nil
}
