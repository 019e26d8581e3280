package plugin

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/layout"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// layoutScheme begins a SOURCE that is a folder, as buildx writes it.
const layoutScheme = "oci-layout://"

// sourceJobs is how many sources are read at once.
const sourceJobs = 8

// sourcePlace is one SOURCE as the user wrote it: an image in a registry, or in a folder.
type sourcePlace struct {
	text   string
	image  sourceName
	folder string
	// ref is the tag or digest in the folder.
	ref string
}

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

func parsePlace(text string) (sourcePlace, error) {
	rest, isFolder := strings.CutPrefix(text, layoutScheme)
	if !isFolder {
		image, err := parseSource(text)
		return sourcePlace{text: text, image: image}, err
	}
	place := sourcePlace{text: text, folder: rest}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		dgst, err := digest.Parse(rest[at+1:])
		if err != nil {
			return place, usageError("invalid digest in %q: %s; give it as %sFOLDER@sha256:…", text, err, layoutScheme)
		}
		place.folder, place.ref = rest[:at], dgst.String()
	}
	if at := strings.LastIndex(place.folder, ":"); at >= 0 && !strings.Contains(place.folder[at:], "/") {
		tag := place.folder[at+1:]
		if !isTag(tag) {
			return place, usageError("invalid tag %q in %q; give it as %sFOLDER:TAG", tag, text, layoutScheme)
		}
		place.folder = place.folder[:at]
		if place.ref == "" {
			place.ref = tag
		}
	}
	if place.folder == "" {
		return place, usageError("no folder in %q; give it as %sFOLDER[:TAG]", text, layoutScheme)
	}
	place.folder = filepath.Clean(place.folder)
	return place, nil
}

// readPlaces reads all sources, a few at a time, and lists their parts in the order of the sources.
func readPlaces(
	ctx context.Context, d *delivery, places []sourcePlace, origins *manifest.Origins,
) ([]manifest.Part, error) {
	sources := make([]manifest.Source, len(places))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for i, p := range places {
		group.Go(func() error {
			var err error
			sources[i], err = p.read(ctx, d, origins)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var parts []manifest.Part
	for _, s := range sources {
		parts = append(parts, s.Parts...)
	}
	return parts, nil
}

func (p sourcePlace) read(ctx context.Context, d *delivery, origins *manifest.Origins) (manifest.Source, error) {
	if p.folder != "" {
		place, err := layout.Open(p.folder)
		if err != nil {
			return manifest.Source{}, err
		}
		return manifest.ReadSource(ctx, place, p.text, p.ref, origins)
	}
	place, err := d.client.Repository(ctx, p.image.name, registry.Pull)
	if err != nil {
		return manifest.Source{}, fmt.Errorf("opening %q: %w", reference.FamiliarName(p.image.name), err)
	}
	source, err := manifest.ReadSource(ctx, place, p.text, p.image.ref, origins)
	if cerrdefs.IsNotFound(err) && p.image.isDigest() {
		if err := p.await(ctx, d, place); err != nil {
			return source, err
		}
		source, err = manifest.ReadSource(ctx, place, p.text, p.image.ref, origins)
	}
	if cerrdefs.IsNotFound(err) {
		return source, elsewhere(ctx, d.dockerCLI, p.image, err)
	}
	return source, err
}

// await looks for a digest again, as long as a request may be tried again: who names a digest has it from a machine
// that published it, and registries take some time to show what they have taken.
func (p sourcePlace) await(ctx context.Context, d *delivery, place *registry.Repository) error {
	notify(d.display, p.text+" is not shown yet, looking again")
	_, err := place.Until(ctx, func(ctx context.Context) (bool, error) {
		_, err := place.Head(ctx, p.image.ref)
		if cerrdefs.IsNotFound(err) {
			return false, nil
		}
		return err == nil, err
	})
	return err
}
