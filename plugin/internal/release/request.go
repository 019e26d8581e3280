package release

import (
	"context"
	"time"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
)

// Request is what publish, merge and promote have in common.
type Request struct {
	Guards publish.Guards
	Gate   gate.Policy
	// DryRun has nothing written, neither here nor in a registry.
	DryRun bool
	// Timeout ends the whole; 0: nothing does.
	Timeout time.Duration
	// Configs also has the digests of configs found out, for the metadata file.
	Configs bool
}

// shipments begins one shipment per target, with its tags and what they are kept from.
func (r Request) shipments(targets []Target) []Shipment {
	shipments := make([]Shipment, len(targets))
	for i, t := range targets {
		shipments[i].Publication = publish.Request{Tags: t.Tags, Guards: r.Guards}
	}
	return shipments
}

// Assembler makes what is put under the tags. FromDraft, FromSources and AsItIs are the three.
type Assembler interface {
	// Prepare comes first, before any registry is contacted: what is refused here costs nothing.
	Prepare(ctx context.Context, r Request) error
	// assemble is called once every target is signed in to and locked. There is one shipment per target.
	assemble(
		ctx context.Context, s *Session, r Request, targets []Target,
	) ([]Shipment, error)
}
