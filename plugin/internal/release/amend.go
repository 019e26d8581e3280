package release

import (
	"context"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// Amendment says of which image the other platforms are carried over; the zero value: of none.
type Amendment struct {
	// Live is the image that the tag to be written holds now.
	Live bool
	// Image is another one; without a name it is of the repository that is written to.
	Image ref.Image
}

// asked tells that platforms are to be carried over.
func (a Amendment) asked() bool { return a.Live || a.Image.Ref != "" }

// at is the image meant, for a target.
func (a Amendment) at(t Target) ref.Image {
	if a.Live {
		return ref.Image{Name: t.Name, Ref: t.Tags[0]}
	}
	if a.Image.Name == nil {
		return ref.Image{Name: t.Name, Ref: a.Image.Ref}
	}
	return a.Image
}

// own tells that what is carried over is held by one of the tags to be written already. Of what is taken from elsewhere
// nothing is known but what its records say.
func (a Amendment) own(targets []Target) bool {
	if !a.asked() {
		return false
	}
	at := a.at(targets[0])
	return slices.ContainsFunc(targets, func(t Target) bool {
		return t.Name.Name() == at.Name.Name() && slices.Contains(t.Tags, at.Ref)
	})
}

// amending is one of several shipments that is to get platforms of another image.
type amending struct {
	targets   []Target
	shipments []Shipment
	i         int
}

// base reads the image whose platforms are to be carried over. One that is not there is no mistake: then nothing is.
func (a Amendment) base(
	ctx context.Context, s *Session, to amending, origins *source.Blobs,
) (source.Image, error) {
	from := a.at(to.targets[to.i])
	place, err := s.client.Repository(ctx, from.Name, registry.Pull)
	if err != nil {
		return source.Image{}, fmt.Errorf("opening %q: %w", from.Name.Name(), err)
	}
	base, err := source.Read(ctx, place, from.String(), from.Ref, origins)
	if cerrdefs.IsNotFound(err) {
		s.Notify(fmt.Sprintf("there is no %s to carry platforms over from", from))
		base, err = source.Image{}, nil
	}
	if err == nil {
		to.basedOn(from, base.Root.Digest)
		base.Entries = s.plain(base, from.String())
	}
	return base, err
}

// basedOn notes what a tag held when platforms were taken from it. Where it is one of those to be written, it must
// still hold that then, or what somebody else wrote in between would be undone.
func (to amending) basedOn(tag ref.Image, held digest.Digest) {
	for i, t := range to.targets {
		if t.Name.Name() == tag.Name.Name() && slices.Contains(t.Tags, tag.Ref) {
			to.shipments[i].Publication.Based = map[string]digest.Digest{tag.Ref: held}
		}
	}
}
