package release

import (
	"context"
	"slices"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
)

// unstage says where the layers of a draft are that were pushed when it was built: most stand in the target already.
// Those of another registry come through this machine, which is told.
func (s *Shipment) unstage(ctx context.Context, session *Session, at *store.Store, t Target, d store.Draft) error {
	if len(d.Elsewhere()) == 0 {
		return nil
	}
	where := func(image manifest.Image) []string { return nearest(t.Name, d.Note(image.Platform).Staged) }
	shipped := s.images()
	stage := staged.Stage{Store: at, Client: session.client, At: where, Draft: d}
	blobs, err := stage.Blobs(ctx, s.blobs, shipped)
	if err != nil {
		return err
	}
	for _, image := range shipped { // before anything is sent
		if err := stage.Check(ctx, image, false); err != nil {
			return err
		}
	}
	s.blobs = blobs
	s.Publication.MountFrom = mountFromPlaces(t.Name, blobs, s.Publication.MountFrom)
	for _, image := range shipped {
		list := where(image)
		if len(list) == 0 || domain(list[0]) == reference.Domain(t.Name) {
			continue
		}
		session.Notify(platform.Format(image.Platform) + ": its layers are staged at " + list[0] +
			", and go through this machine to " + t.Name.Name())
	}
	return nil
}

// nearest are the repositories where something is staged, that of the target first, then those of its registry.
func nearest(target reference.Named, repositories []string) []string {
	list := slices.Clone(repositories)
	rank := func(name string) int {
		switch {
		case name == target.Name():
			return 0
		case domain(name) == reference.Domain(target):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b string) int { return rank(a) - rank(b) })
	return list
}

// domain is the registry of a repository.
func domain(repository string) string {
	name, err := reference.ParseNormalizedNamed(repository)
	if err != nil {
		return ""
	}
	return reference.Domain(name)
}
