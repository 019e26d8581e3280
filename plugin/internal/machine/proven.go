package machine

import (
	"cmp"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// proof is the platforms whose programs ran in an engine and in a builder.
type proof struct {
	Builder string `json:"builder"`
	// Engine is the address of the engine.
	Engine    string   `json:"engine"`
	Platforms []string `json:"platforms"`
}

// Proven are the platforms whose programs ran in a builder and in an engine.
func (r *Record) Proven(builder, engine string) []string {
	if p := r.proof(builder, engine); p != nil {
		return p.Platforms
	}
	return r.Platforms
}

// Prepared are the platforms that init has made run with a builder, and those that its nodes were given, whether or not
// they ever ran: a build that was to have them does not go on without them unheard.
func (r *Record) Prepared(h dockercli.Host, builder string) []string {
	list := slices.Clone(r.Proven(builder, h.Endpoint()))
	for _, given := range h.Builders().Declared(builder) {
		if p := platform.Format(given.Platform); len(list) > 0 && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// ProvenOf are the platforms that init has made run with a builder, as its record says; empty: the one that init takes.
func ProvenOf(h dockercli.Host, builder string) []string {
	record, err := ReadRecord(h)
	if err != nil {
		return nil // init begins it anew
	}
	return record.Proven(cmp.Or(builder, h.Builders().DefaultName()), h.Endpoint())
}

// prove replaces what is proven of a builder and an engine.
func (r *Record) prove(builder, engine string, platforms []string) {
	if p := r.proof(builder, engine); p != nil {
		p.Platforms = platforms
		return
	}
	r.Proofs = append(r.Proofs, proof{builder, engine, platforms})
}

// proof finds the proof of a builder and an engine; nil: there is none.
func (r *Record) proof(builder, engine string) *proof {
	i := slices.IndexFunc(r.Proofs, func(p proof) bool { return p.Builder == builder && p.Engine == engine })
	if i < 0 {
		return nil
	}
	return &r.Proofs[i]
}

// everProven tells whether a platform ran in any builder.
func (r *Record) everProven(name string) bool {
	return slices.Contains(r.Platforms, name) ||
		slices.ContainsFunc(r.Proofs, func(p proof) bool { return slices.Contains(p.Platforms, name) })
}
