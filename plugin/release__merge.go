package plugin

import (
	"context"
	"errors"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
)

// fromSources puts images that stand in registries and folders together.
type fromSources struct {
	sources []sourcePlace
	// platforms are those to take; none: all.
	platforms []ocispec.Platform
	amend     amendment
	changes   entryChanges
	// deep audits the images, but for files that are allowed.
	deep  bool
	allow audit.Globs
	// docker makes a Docker manifest list, which has no place for attestations; dropAttestations leaves them out.
	docker           bool
	dropAttestations bool
}

// prepare implements assembler: there is nothing to do.
func (a *fromSources) prepare(context.Context, releaseRequest) error { return nil }

// assemble implements assembler: it reads the sources, puts their parts together, and makes an index of them.
func (a *fromSources) assemble(
	ctx context.Context, s *releaseSession, r releaseRequest, targets []releaseTarget,
) ([]shipment, error) {
	m := &merging{fromSources: a, session: s, request: r, origins: manifest.NewOrigins(nil)}
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
	if a.docker {
		mediaType = images.MediaTypeDockerSchema2ManifestList
	}
	body, desc, err := manifest.BuildIndexAs(mediaType, manifest.Images(parts), m.annotations)
	if err != nil {
		return nil, err
	}
	m.origins.Keep(desc, body)
	for i := range m.shipments {
		one := &m.shipments[i]
		one.publication.Index, one.blobs, one.platforms = desc, m.origins, platforms
		one.settle(targets[i], m.origins, parts)
	}
	return m.shipments, nil
}

// merging is one run of fromSources.
type merging struct {
	*fromSources
	session   *releaseSession
	request   releaseRequest
	targets   []releaseTarget
	shipments []shipment
	origins   *manifest.Origins
	// annotations are those of the index.
	annotations map[string]string
}

// choose reads the sources, and lists the parts to merge.
func (m *merging) choose(ctx context.Context) ([]manifest.Part, error) {
	parts, err := readPlaces(ctx, m.session, m.sources, m.origins)
	if err != nil {
		return nil, err
	}
	if parts, err = m.changes.setPlatforms(parts, !m.docker); err != nil {
		return nil, err
	}
	if err := checkCopied(ctx, m.targets, parts, m.origins); err != nil {
		return nil, err
	}
	if parts, err = manifest.Choose(parts, m.platforms); err != nil {
		return nil, err
	}
	m.annotations = m.changes.index
	if m.amend.asked() {
		base, err := m.amend.base(ctx, m.session, amending{m.targets, m.shipments, 0}, m.origins)
		if err != nil {
			return nil, err
		}
		parts = manifest.Amend(parts, base.Parts)
		if !m.docker { // a Docker list has no annotations
			m.annotations = m.changes.indexOver(base.Annotations)
		}
	}
	m.session.warnOfTwins(manifest.Images(parts))
	return parts, nil
}

// check asks the gate, and the audit where that is wanted, and makes the parts fit for what they are put into.
func (m *merging) check(ctx context.Context, parts []manifest.Part) ([]shippedImage, error) {
	g := partGate{policy: m.request.gate, name: reference.FamiliarName(m.targets[0].name), origins: m.origins}
	g.configs = m.request.configs
	platforms, err := g.pass(ctx, parts)
	if err != nil && !m.request.onlyPlanned(err) {
		return nil, err
	}
	if err != nil {
		m.shipments[0].refused = notBegun(m.targets, 0, err)
	}
	if m.deep {
		if err := m.auditParts(ctx, parts, platforms); err != nil {
			return nil, err
		}
	}
	if m.docker {
		if err := m.asDockerList(parts, platforms); err != nil {
			return nil, err
		}
	}
	return platforms, m.changes.annotate(parts)
}

// onlyPlanned tells that a shut gate is no end yet: a dry run goes on to show what would be published, and tells then.
func (r releaseRequest) onlyPlanned(err error) bool { return r.dryRun && errors.Is(err, gate.ErrShut) }
