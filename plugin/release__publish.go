package plugin

import (
	"context"
	"errors"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

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
