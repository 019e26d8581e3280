package release

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// FromSources puts images that stand in registries and folders together.
type FromSources struct {
	Sources []ref.Source
	// Platforms are those to take; none: all.
	Platforms []ocispec.Platform
	Amend     Amendment
	Changes   EntryChanges
	// Deep audits the images, but for files that are allowed.
	Deep  bool
	Allow audit.Globs
	// Parity says whether the audited images have to be the same app.
	Parity trial.Parity
	// Docker makes a Docker manifest list, which has no place for attestations; DropAttestations leaves them out.
	Docker           bool
	DropAttestations bool
}

// Prepare implements assembler: there is nothing to do.
func (a *FromSources) Prepare(context.Context, Request) error { return nil }

// assemble implements assembler: it reads the sources, puts their parts together, and makes an index of them.
func (a *FromSources) assemble(
	ctx context.Context, s *Session, r Request, targets []Target,
) ([]Shipment, error) {
	m := &merging{FromSources: a, session: s, request: r, origins: source.NewBlobs(nil)}
	m.targets, m.shipments = targets, r.shipments(targets)
	parts, err := m.choose(ctx)
	if err != nil {
		return nil, err
	}
	platforms, err := m.check(ctx, parts)
	if err != nil {
		return nil, err
	}
	mediaType := ocispec.MediaTypeImageIndex
	if a.Docker {
		mediaType = images.MediaTypeDockerSchema2ManifestList
	}
	body, desc, err := manifest.BuildIndexAs(mediaType, source.Images(parts), m.annotations)
	if err != nil {
		return nil, err
	}
	m.origins.Keep(desc, body)
	for i := range m.shipments {
		one := &m.shipments[i]
		one.Publication.Index, one.blobs, one.Platforms = desc, m.origins, platforms
		one.settle(targets[i], m.origins, parts)
		if r.ArchTags {
			one.nameArch(s, targets[i], source.Images(parts))
		}
	}
	return m.shipments, nil
}

// merging is one run of FromSources.
type merging struct {
	*FromSources
	session   *Session
	request   Request
	targets   []Target
	shipments []Shipment
	origins   *source.Blobs
	// annotations are those of the index.
	annotations map[string]string
}

// choose reads the sources, and lists the parts to merge.
func (m *merging) choose(ctx context.Context) ([]source.Entry, error) {
	parts, err := readPlaces(ctx, m.session, m.Sources, m.origins, m.see)
	if err != nil {
		return nil, err
	}
	if parts, err = m.Changes.setPlatforms(parts, !m.Docker); err != nil {
		return nil, err
	}
	if err := checkCopied(ctx, m.targets, parts, m.origins); err != nil {
		return nil, err
	}
	if parts, err = source.Choose(parts, m.Platforms); err != nil {
		return nil, err
	}
	m.annotations = m.Changes.Index
	if m.Amend.asked() {
		base, err := m.Amend.base(ctx, m.session, amending{m.targets, m.shipments, 0}, m.origins)
		if err != nil {
			return nil, err
		}
		parts = source.Amend(parts, base.Entries)
		if !m.Docker { // a Docker list has no annotations
			m.annotations = m.Changes.indexOver(base.Annotations)
		}
	}
	m.session.warnOfTwins(source.Images(parts))
	return parts, nil
}

// see looks at the tag while the last of what it is to hold is read. Where there is more to be done before it can be
// written, that is left for later.
func (m *merging) see(ctx context.Context) {
	if len(m.targets) != 1 || m.Deep || m.Amend.asked() {
		return
	}
	repository, err := m.session.pushed(ctx, m.targets[0])
	if err != nil {
		return // it is opened once more, and told then
	}
	p := &m.shipments[0].Publication
	p.Seen = publish.See(ctx, repository, p.Tags, p.Guards)
}

// check asks the gate, and the audit where that is wanted, and makes the parts fit for what they are put into.
func (m *merging) check(ctx context.Context, parts []source.Entry) ([]Shipped, error) {
	g := partGate{policy: m.request.Gate, name: reference.FamiliarName(m.targets[0].Name), origins: m.origins}
	g.configs, g.unattested = m.request.Configs, m.DropAttestations
	g.debts, g.planned, g.own = m.session.host.Debts(), m.request.DryRun, m.Amend.own(m.targets)
	g.deep, g.allow = m.Deep, m.Allow
	platforms, err := g.pass(ctx, parts)
	if err != nil && !m.request.onlyPlanned(err) {
		return nil, err
	}
	if err != nil {
		m.shipments[0].refused = NotBegun(m.targets, 0, err)
	}
	if m.Deep {
		if err := m.auditParts(ctx, parts, platforms); err != nil {
			return nil, err
		}
	}
	if m.Docker {
		if err := m.asDockerList(parts, platforms); err != nil {
			return nil, err
		}
	} else if m.DropAttestations {
		m.dropAttestations(parts, platforms)
	}
	return platforms, m.Changes.annotate(parts)
}

// onlyPlanned tells that a shut gate is no end yet: a dry run goes on to show what would be published, and tells then.
func (r Request) onlyPlanned(err error) bool { return r.DryRun && errors.Is(err, gate.ErrShut) }

// checkCopied refuses parts that an index says to be of another platform than their configs do. It looks at those that
// are to be copied, whose manifests and configs have to be read anyway; verify looks at all.
func checkCopied(ctx context.Context, targets []Target, parts []source.Entry, origins *source.Blobs) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for _, part := range parts {
		if !isCopied(targets, part) {
			continue
		}
		group.Go(func() error {
			err := source.CheckPlatform(ctx, part, origins)
			if errors.Is(err, platform.ErrInvalid) {
				err = fmt.Errorf("%w; leave it out, or correct it with --set-platform", err)
			}
			return err
		})
	}
	return group.Wait()
}

// isCopied tells that a part stands elsewhere than in one of the targets.
func isCopied(targets []Target, part source.Entry) bool {
	at, ok := part.Place.(*registry.Repository)
	return !ok || slices.ContainsFunc(targets, func(t Target) bool { return t.Name.Name() != at.Name().Name() })
}
