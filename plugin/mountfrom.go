package plugin

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// basesOf are the repositories of the images a platform was built from, sorted.
func basesOf(source map[string]string) []reference.Named {
	var names []reference.Named
	for _, key := range slices.Sorted(maps.Keys(source)) {
		uri, ok := strings.CutPrefix(key, sourceDependency)
		if !ok {
			continue
		}
		if name := imageOf(uri); name != nil {
			names = append(names, name)
		}
	}
	return names
}

// imageOf reads the repository from the package URL of an image, as BuildKit writes it: pkg:docker/NAME@TAG?…, where
// the slashes of NAME may be escaped. It is nil for anything else.
func imageOf(uri string) reference.Named {
	rest, ok := strings.CutPrefix(uri, "pkg:docker/")
	if !ok {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "@")
	text, err := url.PathUnescape(rest)
	if err != nil {
		return nil
	}
	name, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return nil
	}
	return reference.TrimNamed(name)
}

// mountFrom names, for every layer, the first repository at the registry of name that the images were built from. A
// layer that is not there costs nothing: the registry begins the upload instead.
func mountFrom(name reference.Named, bases []reference.Named) func(digest.Digest) reference.Named {
	for _, base := range bases {
		if reference.Domain(base) == reference.Domain(name) && base.Name() != name.Name() {
			return func(digest.Digest) reference.Named { return base }
		}
	}
	return nil
}

// mountFromPlaces names the repository at the same registry where a layer stands, else what otherwise says; that may
// be nil.
func mountFromPlaces(
	name reference.Named, origins *manifest.Origins, otherwise func(digest.Digest) reference.Named,
) func(digest.Digest) reference.Named {
	return func(layer digest.Digest) reference.Named {
		at, ok := origins.PlaceOf(layer).(*registry.Repository)
		switch {
		case ok && reference.Domain(at.Name()) == reference.Domain(name):
			return at.Name()
		case otherwise != nil:
			return otherwise(layer)
		}
		return nil
	}
}
