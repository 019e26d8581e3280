package plugin

import (
	"context"
	"errors"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// fromDraft publishes drafts, each under its own name: exactly their bytes.
type fromDraft struct {
	store *store.Store
	names []reference.NamedTagged
	// platforms are those to publish; none: all that the draft has.
	platforms []ocispec.Platform
	amend     amendment
	// archTags gives each platform its NAME:TAG--ARCH, too.
	archTags bool
	// byDigest pushes everything and moves no tag.
	byDigest bool
	// allowMixed lets platforms ship that were built from different sources.
	allowMixed bool

	drafts []readyDraft
}

// readyDraft is a draft that may be published.
type readyDraft struct {
	shipment
	// annotations are the index's own.
	annotations map[string]string
	// bases are the repositories of the images it was built from.
	bases []reference.Named
}

// targets are one repository per draft.
func (a *fromDraft) targets() []releaseTarget {
	targets := make([]releaseTarget, 0, len(a.names))
	for _, name := range a.names {
		targets = append(targets, targetOf(name))
	}
	return targets
}

// prepare implements assembler: it checks the drafts and decides what is pushed, from the store alone.
func (a *fromDraft) prepare(ctx context.Context, r releaseRequest) error {
	for _, name := range a.names {
		d, err := a.store.Draft(ctx, name)
		if err != nil {
			return &draftError{name: name, unread: true, err: err}
		}
		ready, err := a.ready(ctx, r, d)
		if err != nil {
			return err
		}
		if !a.byDigest && !r.dryRun {
			published := ready.publication.Index.Digest
			ready.done = func() error { return markPublished(ctx, a.store, name, published) }
		}
		a.drafts = append(a.drafts, ready)
	}
	return nil
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
	if err := a.store.Complete(ctx, complete); err != nil {
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

// assemble implements assembler: it carries over what is to be kept.
func (a *fromDraft) assemble(
	ctx context.Context, s *releaseSession, r releaseRequest, targets []releaseTarget,
) ([]shipment, error) {
	shipments := make([]shipment, len(a.drafts))
	for i, d := range a.drafts {
		shipments[i] = d.shipment
		shipments[i].publication.MountFrom = s.mountFrom(targets[i], d.bases)
	}
	if a.amend.asked() {
		for i := range shipments {
			if err := a.carry(ctx, s, r, amending{targets, shipments, i}); err != nil {
				return nil, notBegun(targets, i, err)
			}
		}
	}
	for _, one := range shipments {
		s.warnOfTwins(one.images())
	}
	if a.byDigest {
		return shipments, withoutTags(ctx, s, targets, shipments)
	}
	return shipments, nil
}

// withoutTags takes the tags away. No tag will be read, and a registry that wants a password says so only when it is
// asked for something.
func withoutTags(ctx context.Context, s *releaseSession, targets []releaseTarget, shipments []shipment) error {
	for i := range shipments {
		repository, err := s.pushed(ctx, targets[i])
		if err == nil {
			_, err = repository.Head(ctx, targets[i].tags[0])
		}
		if err != nil && !cerrdefs.IsNotFound(err) {
			return notBegun(targets, i, err)
		}
		targets[i].tags = nil
		shipments[i].publication.Tags, shipments[i].publication.ArchTags = nil, nil
	}
	return nil
}

// markPublished notes in the draft what its tag has got. One that was removed meanwhile wants no note.
func markPublished(ctx context.Context, s *store.Store, name reference.NamedTagged, published digest.Digest) error {
	if err := s.MarkPublished(ctx, name, published); !errors.Is(err, store.ErrNoDraft) {
		return err
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
