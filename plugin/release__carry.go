package plugin

import (
	"context"
	"maps"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// carry adds to a draft's image what another one serves besides.
func (a *fromDraft) carry(ctx context.Context, s *releaseSession, r releaseRequest, to amending) error {
	one := &to.shipments[to.i]
	origins := manifest.NewOrigins(one.blobs)
	base, err := a.amend.base(ctx, s, to, origins)
	if err != nil || len(base.Parts) == 0 {
		return err
	}
	own := make([]manifest.Part, 0, len(one.platforms))
	for _, image := range one.images() {
		own = append(own, manifest.Part{Image: image})
	}
	parts := manifest.Amend(own, base.Parts)
	if len(parts) == len(own) {
		return nil
	}
	annotations := map[string]string{}
	maps.Copy(annotations, base.Annotations)
	maps.Copy(annotations, a.drafts[to.i].annotations)
	body, desc, err := manifest.BuildIndex(manifest.Images(parts), annotations)
	if err != nil {
		return err
	}
	origins.Keep(desc, body)
	one.blobs, one.publication.Index = origins, desc
	one.settle(to.targets[to.i], origins, parts)
	return one.describeCarried(ctx, parts, r.configs)
}

// describeCarried notes what the records of the platforms say that were carried over, and their configs where those
// are wanted.
func (s *shipment) describeCarried(ctx context.Context, parts []manifest.Part, configs bool) error {
	for _, part := range parts {
		if !part.Carried {
			continue
		}
		rec, tested, err := record.Of(ctx, manifest.At(part.Place), part.Image)
		if err != nil {
			return err
		}
		known := shippedImage{Image: part.Image, Carried: true}
		known.note(rec, tested)
		if configs {
			if known.Config, err = configOf(ctx, manifest.At(part.Place), part.Manifest); err != nil {
				return err
			}
		}
		s.platforms = append(s.platforms, known)
	}
	return nil
}
