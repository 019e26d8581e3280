package release

import (
	"context"
	"maps"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// carry adds to a draft's image what another one serves besides.
func (a *FromDraft) carry(ctx context.Context, s *Session, r Request, to amending) error {
	one := &to.shipments[to.i]
	origins := source.NewBlobs(one.blobs)
	base, err := a.Amend.base(ctx, s, to, origins)
	if err != nil || len(base.Entries) == 0 {
		return err
	}
	own := make([]source.Entry, 0, len(one.Platforms))
	for _, image := range one.images() {
		own = append(own, source.Entry{Image: image})
	}
	parts := source.Amend(own, base.Entries)
	if len(parts) == len(own) {
		return nil
	}
	carried, err := a.passCarried(ctx, r, to, parts, origins)
	if err != nil {
		return err
	}
	one.Platforms = append(one.Platforms, carried...)
	annotations := map[string]string{}
	maps.Copy(annotations, base.Annotations)
	maps.Copy(annotations, a.drafts[to.i].annotations)
	body, desc, err := manifest.BuildIndex(source.Images(parts), annotations)
	if err != nil {
		return err
	}
	origins.Keep(desc, body)
	one.blobs, one.Publication.Index = origins, desc
	one.settle(to.targets[to.i], origins, parts)
	if r.ArchTags {
		one.nameArch(s, to.targets[to.i], source.Images(parts))
	}
	return nil
}

// passCarried asks the gate about those of the platforms that are another image's, and notes what is known of them,
// with their configs where those are wanted. A dry run goes on where it is shut.
func (a *FromDraft) passCarried(
	ctx context.Context, r Request, to amending, parts []source.Entry, origins *source.Blobs,
) ([]Shipped, error) {
	var others []source.Entry
	for _, part := range parts {
		if part.Carried {
			others = append(others, part)
		}
	}
	g := partGate{
		policy: r.Gate, name: to.targets[to.i].Name.String(), origins: origins, configs: r.Configs,
		debts: a.Store.Debts(), planned: r.DryRun, own: a.Amend.own(to.targets[to.i : to.i+1]),
	}
	carried, err := g.pass(ctx, others)
	for i := range parts {
		if parts[i].Carried { // a waiver may be recorded in it
			parts[i], others = others[0], others[1:]
		}
	}
	if err != nil && r.onlyPlanned(err) {
		to.shipments[to.i].refused = NotBegun(to.targets, to.i, err)
		return carried, nil
	}
	return carried, err
}
