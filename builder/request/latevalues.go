package request

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distribution/reference"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/buildflags"
	"github.com/docker/buildx/util/ocilayout"
	"github.com/docker/buildx/util/urlutil"
	"github.com/moby/buildkit/frontend/attestations"
	provenancetypes "github.com/moby/buildkit/solver/llbsolver/provenance/types"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// checkAttestations reads --attest, --provenance and --sbom as BuildKit does, which does so when the image is built.
func (r Request) checkAttestations() error {
	var o buildxbuild.Options
	if err := r.setAttestations(&o); err != nil {
		return err
	}
	values := map[string]string{}
	for name, value := range o.Attests {
		if name != attestations.KeyTypeProvenance && name != attestations.KeyTypeSbom {
			return fmt.Errorf("--attest of type %q is none that a build can make; use provenance or sbom", name)
		}
		if value != nil {
			values["attest:"+name] = *value
		}
	}
	parsed, err := attestations.Parse(values)
	if err != nil {
		return fmt.Errorf("reading --attest, --provenance or --sbom: %w", err)
	}
	if scan, there := parsed[attestations.KeyTypeSbom]; there {
		if _, err := reference.ParseNormalizedNamed(scan["generator"]); err != nil {
			return fmt.Errorf("the generator of --sbom (or --attest), %q, is no image: %w", scan["generator"], err)
		}
	}
	return checkProvenance(parsed[attestations.KeyTypeProvenance])
}

// checkProvenance knows the modes and versions of provenance.
func checkProvenance(asked map[string]string) error {
	if mode, there := asked["mode"]; there && !slices.Contains([]string{"min", "max", "full"}, mode) {
		return fmt.Errorf("--provenance (or --attest) has no mode %q; use min or max", mode)
	}
	version, there := asked["version"]
	if !there {
		return nil
	}
	slsa := provenancetypes.ProvenanceSLSA(version)
	if err := slsa.Validate(); err != nil {
		return fmt.Errorf("--provenance (or --attest) has no version %q: %w", version, err)
	}
	return nil
}

// checkCaches refuses caches of a kind that BuildKit does not have, and folders that are not named.
func (r Request) checkCaches() error {
	for flag, values := range map[string][]string{"cache-to": r.CacheTo, "cache-from": r.CacheFrom} {
		entries, err := parsed(flag, cacheForm, values, buildflags.ParseCacheEntry)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if err := checkCache(flag, entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkCache checks one cache.
func checkCache(flag string, entry *buildflags.CacheOptionsEntry) error {
	kinds := []string{"registry", "local", "gha", "s3", "azblob", "inline"}
	if !slices.Contains(kinds, entry.Type) {
		return fmt.Errorf("--%s of type %q is none that a builder has; use one of %s",
			flag, entry.Type, strings.Join(kinds, ", "))
	}
	if mode, there := entry.Attrs["mode"]; there && flag == "cache-to" && !slices.Contains([]string{"min", "max"}, mode) {
		return fmt.Errorf("--cache-to has no mode %q; use min or max", mode)
	}
	if err := checkCacheRef(flag, entry); err != nil {
		return err
	}
	key := map[string]string{"cache-to": "dest", "cache-from": "src"}[flag]
	if entry.Type == "local" && entry.Attrs[key] == "" {
		return fmt.Errorf("--%s type=local does not say where; give it as type=local,%s=FOLDER", flag, key)
	}
	return nil
}

// checkCacheRef refuses a cache in a repository that only Docker itself writes: a word that was meant otherwise.
func checkCacheRef(flag string, entry *buildflags.CacheOptionsEntry) error {
	if flag != "cache-to" || entry.Type != "registry" {
		return nil
	}
	named, err := reference.ParseNormalizedNamed(entry.Attrs["ref"])
	if err != nil || reference.Domain(named) != "docker.io" || !strings.HasPrefix(reference.Path(named), "library/") {
		return nil //nolint:nilerr // who moves it says so
	}
	return fmt.Errorf("--cache-to %q is %s, which nobody but Docker writes; give USER/NAME or REGISTRY/NAME, or "+
		"type=local,dest=FOLDER", entry.Attrs["ref"], named.Name())
}

// checkContexts looks for the folders of --build-context.
func (r Request) checkContexts() error {
	named, err := parsed("build-context", contextForm, r.BuildContexts, buildflags.ParseContextNames)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if strings.HasPrefix(named[name], linkScheme) {
			return fmt.Errorf("--build-context %q: target: is for bake files; in a Dockerfile a stage is named by itself",
				name+"="+named[name])
		}
	}
	places := maps.Clone(named)
	if places == nil {
		places = map[string]string{}
	}
	for name, context := range r.Contexts {
		if context.State == nil && !strings.HasPrefix(context.Path, linkScheme) {
			places[name] = context.Path
		}
	}
	return checkPlaces(places)
}

// linkScheme begins the place of a build context that is what another target makes.
const linkScheme = "target:"

// checkPlaces looks for the folders among build contexts.
func checkPlaces(named map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(named)) {
		path, file := named[name], ""
		if image, is := strings.CutPrefix(path, "docker-image://"); is {
			if _, err := reference.ParseNormalizedNamed(image); err != nil {
				return fmt.Errorf("--build-context %q names no image: %w", name+"="+path, err)
			}
			continue
		}
		if urlutil.IsRemoteURL(path) {
			continue
		}
		if layout, is, err := ocilayout.Parse(path); err != nil {
			return fmt.Errorf("reading --build-context %q: %w", name+"="+path, err)
		} else if is {
			path, file = layout.Path, ocispec.ImageIndexFile
		}
		info, err := os.Stat(filepath.Join(path, file))
		if err != nil {
			return fmt.Errorf("reading --build-context %q: %w", name+"="+named[name], err)
		}
		if file == "" && !info.IsDir() {
			return fmt.Errorf("--build-context %q is no folder", name+"="+named[name])
		}
	}
	return nil
}
