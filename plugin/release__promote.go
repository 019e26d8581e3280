package plugin

import (
	"context"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// asItIs publishes the very bytes of an image in a registry.
type asItIs struct{ source sourcePlace }

// prepare implements assembler: there is nothing to do.
func (a asItIs) prepare(context.Context, releaseRequest) error { return nil }

// assemble implements assembler: it reads the image, and asks the gate.
func (a asItIs) assemble(
	ctx context.Context, s *releaseSession, r releaseRequest, targets []releaseTarget,
) ([]shipment, error) {
	origins := manifest.NewOrigins(nil)
	image, err := readPlace(ctx, s, a.source, origins)
	if err != nil {
		return nil, err
	}
	g := partGate{policy: r.gate, configs: r.configs}
	platforms, err := g.pass(ctx, image.Parts)
	if err != nil && !r.onlyPlanned(err) {
		return nil, err
	}
	shipments := r.shipments(targets)
	if err != nil {
		shipments[0].refused = notBegun(targets, 0, err)
	}
	for i, t := range targets {
		one := &shipments[i]
		one.blobs, one.platforms = origins, platforms
		p := &one.publication
		p.Index, p.Nested = image.Root, true
		if t.name.Name() == a.source.image.name.Name() {
			p.Present = []digest.Digest{image.Root.Digest}
			for _, part := range image.Parts {
				p.Unseen = append(p.Unseen, unseen(origins, part)...)
			}
		}
		p.MountFrom = mountFromPlaces(t.name, origins, nil)
	}
	return shipments, nil
}
