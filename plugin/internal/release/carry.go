package release

import (
	"context"
	"maps"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
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
	return one.describeCarried(ctx, parts, r.Configs)
}

// describeCarried notes what the records of the platforms say that were carried over, and their configs where those
// are wanted.
func (s *Shipment) describeCarried(ctx context.Context, parts []source.Entry, configs bool) error {
	for _, part := range parts {
		if !part.Carried {
			continue
		}
		rec, tested, err := record.Of(ctx, source.At(part.Place), part.Image)
		if err != nil {
			return err
		}
		known := Shipped{Image: part.Image, Carried: true}
		known.note(rec, tested)
		if configs {
			if known.Config, err = configOf(ctx, source.At(part.Place), part.Manifest); err != nil {
				return err
			}
		}
		s.Platforms = append(s.Platforms, known)
	}
	return nil
}
