package plugin

import (
	"context"
	"time"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
)

// releaseRequest is what publish, merge and promote have in common.
type releaseRequest struct {
	guards manifest.Guards
	gate   gate.Policy
	// dryRun has nothing written, neither here nor in a registry.
	dryRun bool
	// timeout ends the whole; 0: nothing does.
	timeout time.Duration
	// configs also has the digests of configs found out, for the metadata file.
	configs bool
}

// shipments begins one shipment per target, with its tags and what they are kept from.
func (r releaseRequest) shipments(targets []releaseTarget) []shipment {
	shipments := make([]shipment, len(targets))
	for i, t := range targets {
		shipments[i].publication = manifest.Publication{Tags: t.tags, Guards: r.guards}
	}
	return shipments
}

// assembler makes what is put under the tags. fromDraft, fromSources and asItIs are the three.
type assembler interface {
	// prepare comes first, before any registry is contacted: what is refused here costs nothing.
	prepare(ctx context.Context, r releaseRequest) error
	// assemble is called once every target is signed in to and locked. There is one shipment per target.
	assemble(
		ctx context.Context, s *releaseSession, r releaseRequest, targets []releaseTarget,
	) ([]shipment, error)
}
