package request

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distribution/reference"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/buildflags"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// CacheRef says where one platform's solve exports its cache to.
type CacheRef struct {
	Platform ocispec.Platform
	// Place is the type of the cache and its reference, folder, scope or name.
	Place string
}

// setPlatformCaches gives each platform's solve a place of its own for what --cache-to exports: several solves that
// export to one place leave only the last one's layers there. An import of the same value reads all of them.
func (r Request) setPlatformCaches(o *buildxbuild.Options, p ocispec.Platform) error {
	to, from, err := r.caches(p)
	if err != nil {
		return err
	}
	o.CacheTo, o.CacheFrom = buildxbuild.CreateCaches(to), buildxbuild.CreateCaches(from)
	return nil
}

// caches parses the flags for one platform.
func (r Request) caches(p ocispec.Platform) (to, from []*buildflags.CacheOptionsEntry, err error) {
	given, err := parsed("cache-to", cacheForm, r.CacheTo, buildflags.ParseCacheEntry)
	if err != nil {
		return nil, nil, errdefs.Classify(err, errdefs.ErrInput)
	}
	for _, entry := range given {
		moved, err := moveCache(entry, p)
		if err != nil {
			return nil, nil, errdefs.Classify(fmt.Errorf("reading --cache-to: %w", err), errdefs.ErrInput)
		}
		to = append(to, moved)
	}
	wanted, err := parsed("cache-from", cacheForm, r.CacheFrom, buildflags.ParseCacheEntry)
	if err != nil {
		return nil, nil, errdefs.Classify(err, errdefs.ErrInput)
	}
	for _, entry := range wanted {
		imports, err := r.imports(entry, given)
		if err != nil {
			return nil, nil, errdefs.Classify(fmt.Errorf("reading --cache-from: %w", err), errdefs.ErrInput)
		}
		from = append(from, imports...)
	}
	return to, from, nil
}

// imports lists the places that hold what was exported to an entry: that of each platform, and the place itself
// unless this very build exports to it.
func (r Request) imports(
	entry *buildflags.CacheOptionsEntry,
	to buildflags.CacheOptions,
) ([]*buildflags.CacheOptionsEntry, error) {
	place, key := cachePlace(entry)
	if key == "" {
		return []*buildflags.CacheOptionsEntry{entry}, nil
	}
	var out []*buildflags.CacheOptionsEntry
	if !slices.ContainsFunc(to, func(e *buildflags.CacheOptionsEntry) bool {
		other, _ := cachePlace(e)
		return e.Type == entry.Type && other == place
	}) {
		out = append(out, entry)
	}
	for _, p := range r.Platforms {
		moved, err := moveCache(entry, p)
		if err != nil {
			return nil, err
		}
		out = append(out, moved)
	}
	return out, nil
}

// cachePlace returns what tells one cache of a type from another, and the attribute it stands in; no attribute
// means that the type has no place of its own (inline).
func cachePlace(entry *buildflags.CacheOptionsEntry) (place, key string) {
	switch entry.Type {
	case "registry":
		return entry.Attrs["ref"], "ref"
	case "local":
		if dest, ok := entry.Attrs["dest"]; ok {
			return dest, "dest"
		}
		return entry.Attrs["src"], "src"
	case "gha":
		return cmp.Or(entry.Attrs["scope"], "buildkit"), "scope"
	case "s3", "azblob":
		return cmp.Or(entry.Attrs["name"], "buildkit"), "name"
	}
	return "", ""
}

// moveCache returns the entry at one platform's place: REF:TAG--arm64, SCOPE-linux-arm64, FOLDER/linux-arm64.
func moveCache(entry *buildflags.CacheOptionsEntry, p ocispec.Platform) (*buildflags.CacheOptionsEntry, error) {
	place, key := cachePlace(entry)
	moved := &buildflags.CacheOptionsEntry{Type: entry.Type, Attrs: maps.Clone(entry.Attrs)}
	switch entry.Type {
	case "registry":
		if place == "" {
			return nil, fmt.Errorf("type=registry does not say where; give it as type=registry,ref=NAME")
		}
		ref, err := platformRef(place, p)
		if err != nil {
			return nil, err
		}
		moved.Attrs[key] = ref
	case "local":
		moved.Attrs[key] = filepath.Join(place, platformWord(p))
	case "gha", "s3", "azblob":
		moved.Attrs[key] = place + "-" + platformWord(p)
	}
	return moved, nil
}

// platformRef is a cache reference with the platform in its tag. By digest there is nothing to overwrite.
func platformRef(ref string, p ocispec.Platform) (string, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", fmt.Errorf("cache reference %q: %w", ref, err)
	}
	tagged, ok := reference.TagNameOnly(named).(reference.NamedTagged)
	if !ok {
		return ref, nil
	}
	suffix := p.Architecture + p.Variant
	if p.OS != "linux" {
		suffix = platformWord(p)
	}
	moved, err := reference.WithTag(reference.TrimNamed(named), tagged.Tag()+"--"+suffix)
	if err != nil {
		return "", fmt.Errorf("cache reference %q: %w", ref, err)
	}
	return reference.FamiliarString(moved), nil
}

// platformWord is a platform as one word: linux-arm64, linux-arm-v7.
func platformWord(p ocispec.Platform) string {
	parts := []string{p.OS, p.Architecture}
	if p.OSVersion != "" {
		parts = []string{p.OS, p.OSVersion, p.Architecture}
	}
	if p.Variant != "" {
		parts = append(parts, p.Variant)
	}
	return strings.Join(parts, "-")
}

// CacheRefs lists where the --cache-to of the request go for each platform, for a plan to show.
func (r Request) CacheRefs() ([]CacheRef, error) {
	var out []CacheRef
	for _, p := range r.Platforms {
		to, _, err := r.caches(p)
		if err != nil {
			return nil, err
		}
		for _, entry := range to {
			out = append(out, CacheRef{Platform: p, Place: placeOf(entry)})
		}
	}
	return out, nil
}

// CacheSources lists what the --cache-from of the request read; it is the same for every platform.
func (r Request) CacheSources() ([]string, error) {
	if len(r.Platforms) == 0 {
		return nil, nil
	}
	_, from, err := r.caches(r.Platforms[0])
	var out []string
	for _, entry := range from {
		out = append(out, placeOf(entry))
	}
	return out, err
}

// placeOf is the type of a cache and its place, where the type has one.
func placeOf(entry *buildflags.CacheOptionsEntry) string {
	place, _ := cachePlace(entry)
	return strings.TrimSpace(entry.Type + " " + place)
}

// localCaches are the folders that --cache-to writes and --cache-from reads.
func (r Request) localCaches() []string {
	var out []string
	for _, values := range [][]string{r.CacheTo, r.CacheFrom} {
		entries, err := buildflags.ParseCacheEntry(values)
		if err != nil {
			continue // whoever parses the request says so
		}
		for _, entry := range entries {
			if place, _ := cachePlace(entry); entry.Type == "local" && place != "" {
				out = append(out, place)
			}
		}
	}
	return out
}
