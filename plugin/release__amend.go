package plugin

import (
	"context"
	"fmt"
	"maps"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// amendment says of which image the other platforms are carried over; the zero value: of none.
type amendment struct {
	// live is the image that the tag to be written holds now.
	live bool
	// image is another one; without a name it is of the repository that is written to.
	image sourceName
}

// asked tells that platforms are to be carried over.
func (a amendment) asked() bool { return a.live || a.image.ref != "" }

// at is the image meant, for a target.
func (a amendment) at(t releaseTarget) sourceName {
	if a.live {
		return sourceName{name: t.name, ref: t.tags[0]}
	}
	if a.image.name == nil {
		return sourceName{name: t.name, ref: a.image.ref}
	}
	return a.image
}

// amending is one of several shipments that is to get platforms of another image.
type amending struct {
	targets   []releaseTarget
	shipments []shipment
	i         int
}

// base reads the image whose platforms are to be carried over. One that is not there is no mistake: then nothing is.
func (a amendment) base(
	ctx context.Context, s *releaseSession, to amending, origins *manifest.Origins,
) (manifest.Source, error) {
	from := a.at(to.targets[to.i])
	place, err := s.client.Repository(ctx, from.name, registry.Pull)
	if err != nil {
		return manifest.Source{}, fmt.Errorf("opening %q: %w", from.name.Name(), err)
	}
	base, err := manifest.ReadSource(ctx, place, from.String(), from.ref, origins)
	if cerrdefs.IsNotFound(err) {
		s.notify(fmt.Sprintf("there is no %s to carry platforms over from", from))
		base, err = manifest.Source{}, nil
	}
	if err == nil {
		to.basedOn(from, base.Root.Digest)
	}
	return base, err
}

// basedOn notes what a tag held when platforms were taken from it. Where it is one of those to be written, it must
// still hold that then, or what somebody else wrote in between would be undone.
func (to amending) basedOn(tag sourceName, held digest.Digest) {
	for i, t := range to.targets {
		if t.name.Name() == tag.name.Name() && slices.Contains(t.tags, tag.ref) {
			to.shipments[i].publication.Based = map[string]digest.Digest{tag.ref: held}
		}
	}
}

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

// settle marks what the repository has already, and says where the rest can be mounted from. What is carried over may
// stand there for long, and is asked for; what a source names was pushed just now, and asking for that as well would
// be one request more for each.
func (s *shipment) settle(t releaseTarget, origins *manifest.Origins, parts []manifest.Part) {
	p := &s.publication
	for _, part := range parts {
		at, ok := part.Place.(*registry.Repository)
		if !ok || at.Name().Name() != t.name.Name() {
			continue
		}
		p.Present = append(p.Present, part.Manifest.Digest)
		if part.Attestation != nil && origins.PlaceOf(part.Attestation.Digest) != nil { // else it was made just now
			p.Present = append(p.Present, part.Attestation.Digest)
		}
		if part.Carried {
			p.Unseen = append(p.Unseen, unseen(origins, part)...)
		}
	}
	p.MountFrom = mountFromPlaces(t.name, origins, p.MountFrom)
}

// unseen are the manifests of a part that were neither made nor read.
func unseen(origins *manifest.Origins, part manifest.Part) []ocispec.Descriptor {
	var found []ocispec.Descriptor
	image := part.Manifest
	image.Platform = &part.Platform
	if !origins.Has(image.Digest) {
		found = append(found, image)
	}
	if part.Attestation != nil && !origins.Has(part.Attestation.Digest) {
		found = append(found, *part.Attestation)
	}
	return found
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
