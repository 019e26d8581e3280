package request

import (
	"slices"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// OwnFiles are, by the name of the platform, the paths of the build context that the build for it takes and that for
// another would not, as one text. A platform without is one that takes what all others take.
//
// What the Dockerfile takes is reckoned without its base images, which is good enough to decide how files are sent.
func (r Request) OwnFiles() map[string]string {
	o, err := r.options()
	text := r.text(r.dockerfile())
	if err != nil || text == nil || r.State != nil || !Local(r.Context) {
		return nil
	}
	elsewhere := r.filesFor(text, o.BuildArgs, ocispec.Platform{OS: "any", Architecture: "any", Variant: "any"})
	own := map[string]string{}
	for _, p := range r.Platforms {
		if files := r.filesFor(text, o.BuildArgs, p); files != elsewhere {
			own[platforms.FormatAll(p)] = files
		}
	}
	return own
}

// filesFor is one text for the files that a platform takes of the build context; empty for all of them.
func (r Request) filesFor(text []byte, args map[string]string, p ocispec.Platform) string {
	paths, all := r.takeWith(text, args, platformValues{
		"TARGETPLATFORM": platforms.Format(p), "TARGETOS": p.OS, "TARGETARCH": p.Architecture, "TARGETVARIANT": p.Variant,
	}).of("")
	if all {
		return ""
	}
	slices.Sort(paths)
	return strings.Join(slices.Compact(paths), "\n")
}
