package ref

import (
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// ArchName is the name of one platform's image, NAME:TAG--ARCH. That it exists was checked with the plan.
func ArchName(draft reference.NamedTagged, p ocispec.Platform) (reference.NamedTagged, error) {
	tag, err := platform.ArchTag(draft.Tag(), p)
	if err != nil {
		return nil, err
	}
	return reference.WithTag(reference.TrimNamed(draft), tag)
}

// FamiliarArchName is ArchName as people write it.
func FamiliarArchName(draft reference.NamedTagged, p ocispec.Platform) string {
	named, err := ArchName(draft, p)
	if err != nil {
		return err.Error()
	}
	return reference.FamiliarString(named)
}

// FamiliarNames are names as people write them.
func FamiliarNames(names []reference.NamedTagged) []string {
	out := make([]string, 0, len(names))
	for _, name := range names {
		out = append(out, reference.FamiliarString(name))
	}
	return out
}
