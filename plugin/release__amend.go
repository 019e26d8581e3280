package plugin

import (
	"context"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest"
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
