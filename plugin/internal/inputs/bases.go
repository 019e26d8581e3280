package inputs

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/distribution/reference"
)

// Bases are the repositories of the images a platform was built from, sorted.
func Bases(source map[string]string) []reference.Named {
	var names []reference.Named
	for _, key := range slices.Sorted(maps.Keys(source)) {
		uri, ok := strings.CutPrefix(key, Dependency)
		if !ok {
			continue
		}
		if name := repositoryOf(uri); name != nil {
			names = append(names, name)
		}
	}
	return names
}

// repositoryOf reads the repository from the package URL of an image, as BuildKit writes it: pkg:docker/NAME@TAG?…,
// where the slashes of NAME may be escaped. It is nil for anything else.
func repositoryOf(uri string) reference.Named {
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

// BasesAt are the repositories at the registry of name, but for itself, each once.
func BasesAt(name reference.Named, bases []reference.Named) []reference.Named {
	var here []reference.Named
	for _, base := range bases {
		same := func(other reference.Named) bool { return other.Name() == base.Name() }
		if reference.Domain(base) != reference.Domain(name) || base.Name() == name.Name() ||
			slices.ContainsFunc(here, same) {
			continue
		}
		here = append(here, base)
	}
	return here
}
