package plugin

import (
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// archName is the name of one platform's image, NAME:TAG--ARCH. That it exists was checked with the plan.
func archName(draft reference.NamedTagged, p ocispec.Platform) (reference.NamedTagged, error) {
	tag, err := manifest.ArchTag(draft.Tag(), p)
	if err != nil {
		return nil, err
	}
	return reference.WithTag(reference.TrimNamed(draft), tag)
}

// familiarArchName is archName as people write it.
func familiarArchName(draft reference.NamedTagged, p ocispec.Platform) string {
	named, err := archName(draft, p)
	if err != nil {
		return err.Error()
	}
	return reference.FamiliarString(named)
}

// familiarNames are names as people write them.
func familiarNames(names []reference.NamedTagged) []string {
	out := make([]string, 0, len(names))
	for _, name := range names {
		out = append(out, reference.FamiliarString(name))
	}
	return out
}
