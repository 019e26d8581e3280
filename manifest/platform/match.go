package platform

import (
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Stated is a platform normalised, but for a variant that was said of it and means no more than none: v8 of arm64, and
// v1 of amd64. Who wrote it has a reason, such as a registry or a machine that looks for it. [Format], and so all
// that compares, leaves it out.
func Stated(p ocispec.Platform) ocispec.Platform {
	normal := platforms.Normalize(p)
	if normal.Variant != "" {
		return normal
	}
	switch variant := strings.ToLower(p.Variant); {
	case normal.Architecture == "arm64" && (variant == "v8" || variant == "8"):
		normal.Variant = "v8"
	case normal.Architecture == "amd64" && variant == "v1":
		normal.Variant = variant
	}
	return normal
}

// AsSaid is a platform with the variant that is said of it among others, as [Stated] keeps it.
func AsSaid(p ocispec.Platform, said []ocispec.Platform) ocispec.Platform {
	for _, other := range said {
		if variant := Stated(other).Variant; variant != "" && Satisfies(p, other) {
			p.Variant = variant
		}
	}
	return p
}

// Equal tells whether two platforms are one.
func Equal(a, b ocispec.Platform) bool { return Format(a) == Format(b) }

// Satisfies tells whether an image is what was asked for: its os.version, and its os.features with it, count only where
// an os.version was asked for.
func Satisfies(image, asked ocispec.Platform) bool {
	if asked.OSVersion == "" {
		image.OSVersion, image.OSFeatures = "", nil
	}
	return Equal(image, asked)
}

// SameRelease is [Equal], where of a Windows os.version the first three numbers count.
func SameRelease(a, b ocispec.Platform) bool { return Release(a) == Release(b) }

// Release is a platform normalised. Of os.version the first three numbers count, which name a Windows release; the
// fourth is its monthly update.
func Release(p ocispec.Platform) string {
	p = platforms.Normalize(p)
	p.OSFeatures = nil
	if parts := strings.SplitN(p.OSVersion, ".", 4); len(parts) == 4 {
		p.OSVersion = strings.Join(parts[:3], ".")
	}
	return platforms.FormatAll(p)
}

// Contradicts tells that the config of an image states another platform than the entry of an index that lists it. What
// it leaves out, a variant or an os.version, contradicts nothing.
func Contradicts(entry, config ocispec.Platform) bool {
	e, c := platforms.Normalize(entry), platforms.Normalize(config)
	return e.OS != c.OS || e.Architecture != c.Architecture ||
		config.Variant != "" && e.Variant != c.Variant ||
		config.OSVersion != "" && e.OSVersion != "" && e.OSVersion != c.OSVersion
}
