package release

import (
	"context"
	"errors"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// FromDraft publishes drafts, each under its own name: exactly their bytes.
type FromDraft struct {
	Store *store.Store
	Names []reference.NamedTagged
	// Platforms are those to publish; none: all that the draft has.
	Platforms []ocispec.Platform
	Amend     Amendment
	// ByDigest pushes everything and moves no tag.
	ByDigest bool
	// AllowMixed lets platforms ship that were built from different sources.
	AllowMixed bool

	drafts []readyDraft
}

// Targets are one repository per draft.
func (a *FromDraft) Targets() []Target {
	targets := make([]Target, 0, len(a.Names))
	for _, name := range a.Names {
		targets = append(targets, TargetOf(name))
	}
	return targets
}

// Prepare implements assembler: it checks the drafts and decides what is pushed, from the store alone.
func (a *FromDraft) Prepare(ctx context.Context, r Request) error {
	for _, name := range a.Names {
		d, err := a.Store.Draft(ctx, name)
		if err != nil {
			return &DraftError{Name: name, Unread: true, Err: err}
		}
		ready, err := a.ready(ctx, r, d)
		if err != nil {
			return err
		}
		if !a.ByDigest && !r.DryRun {
			published := ready.Publication.Index.Digest
			ready.done = func() error { return markPublished(ctx, a.Store, name, published) }
		}
		a.drafts = append(a.drafts, ready)
	}
	return nil
}

// assemble implements assembler: it carries over what is to be kept.
func (a *FromDraft) assemble(
	ctx context.Context, s *Session, r Request, targets []Target,
) ([]Shipment, error) {
	shipments := make([]Shipment, len(a.drafts))
	for i, d := range a.drafts {
		shipments[i] = d.Shipment
		shipments[i].Publication.MountFrom = s.mountFrom(targets[i], d.bases)
		if err := shipments[i].unstage(ctx, s, a.Store, targets[i], d.draft); err != nil {
			return nil, NotBegun(targets, i, err)
		}
	}
	if a.Amend.asked() {
		for i := range shipments {
			if err := a.carry(ctx, s, r, amending{targets, shipments, i}); err != nil {
				return nil, NotBegun(targets, i, err)
			}
		}
	}
	for _, one := range shipments {
		s.warnOfTwins(one.images())
	}
	if a.ByDigest {
		return shipments, withoutTags(ctx, s, targets, shipments)
	}
	return shipments, nil
}

// withoutTags takes the tags away. No tag will be read, and a registry that wants a password says so only when it is
// asked for something.
func withoutTags(ctx context.Context, s *Session, targets []Target, shipments []Shipment) error {
	for i := range shipments {
		repository, err := s.pushed(ctx, targets[i])
		if err == nil {
			_, err = repository.Head(ctx, targets[i].Tags[0])
		}
		if err != nil && !cerrdefs.IsNotFound(err) {
			return NotBegun(targets, i, err)
		}
		targets[i].Tags = nil
		shipments[i].Publication.Tags = nil
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
