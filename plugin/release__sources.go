package plugin

import (
	"context"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/layout"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// sourceJobs is how many sources are read at once.
const sourceJobs = 8

// parsePlaces reads the sources of a command line, then those of metadata files, which may be mixed if that is said.
func parsePlaces(texts, files []string, mixed bool) ([]sourcePlace, error) {
	var places []sourcePlace
	for _, text := range texts {
		place, err := parsePlace(text)
		if err != nil {
			return nil, err
		}
		places = append(places, place)
	}
	found, err := readMetadataFiles(files, mixed)
	return append(places, found...), err
}

// readPlaces reads all sources, a few at a time, and lists their parts in the order of the sources.
func readPlaces(
	ctx context.Context, s *releaseSession, places []sourcePlace, origins *manifest.Origins,
) ([]manifest.Part, error) {
	sources := make([]manifest.Source, len(places))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for i, p := range places {
		group.Go(func() error {
			var err error
			sources[i], err = readPlace(ctx, s, p, origins)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var parts []manifest.Part
	for _, found := range sources {
		parts = append(parts, found.Parts...)
	}
	return parts, nil
}

// readPlace reads one source.
func readPlace(
	ctx context.Context, s *releaseSession, p sourcePlace, origins *manifest.Origins,
) (manifest.Source, error) {
	if p.folder != "" {
		place, err := layout.Open(p.folder)
		if err != nil {
			return manifest.Source{}, err
		}
		return manifest.ReadSource(ctx, place, p.text, p.ref, origins)
	}
	place, err := s.client.Repository(ctx, p.image.name, registry.Pull)
	if err != nil {
		return manifest.Source{}, fmt.Errorf("opening %q: %w", reference.FamiliarName(p.image.name), err)
	}
	found, err := manifest.ReadSource(ctx, place, p.text, p.image.ref, origins)
	if cerrdefs.IsNotFound(err) && p.image.isDigest() {
		if err := await(ctx, s, p, place); err != nil {
			return found, err
		}
		found, err = manifest.ReadSource(ctx, place, p.text, p.image.ref, origins)
	}
	if cerrdefs.IsNotFound(err) {
		return found, explainNotFound(ctx, s.host, p.image, err)
	}
	return found, err
}

// await looks for a digest again, as long as a request may be tried again: who names a digest has it from a machine
// that published it, and registries take some time to show what they have taken.
func await(ctx context.Context, s *releaseSession, p sourcePlace, place *registry.Repository) error {
	s.notify(p.text + " is not shown yet, looking again")
	_, err := place.Until(ctx, func(ctx context.Context) (bool, error) {
		_, err := place.Head(ctx, p.image.ref)
		if cerrdefs.IsNotFound(err) {
			return false, nil
		}
		return err == nil, err
	})
	return err
}
