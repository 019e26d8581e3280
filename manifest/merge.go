package manifest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ErrMissing marks a platform that was asked for and that no source has.
var ErrMissing = errors.New("platform missing")

// Choose returns the parts of the platforms asked for, in that order; without any,
// all parts in theirs. One image that stands in several sources is taken once. A
// platform that no part has is [ErrMissing]; one that two parts have, with other
// images, is [ErrPlatform] and names both sources. A platform asked for without
// os.version stands for each there is.
func Choose(parts []Part, asked []ocispec.Platform) ([]Part, error) {
	chosen := parts
	if len(asked) > 0 {
		chosen = nil
		var missing []string
		for _, want := range asked {
			found := matching(parts, want)
			if len(found) == 0 {
				missing = append(missing, FormatPlatform(want))
			}
			chosen = append(chosen, found...)
		}
		if len(missing) > 0 {
			return nil, fmt.Errorf("choosing platforms: %w: no source has %s; they have %s",
				ErrMissing, strings.Join(missing, ", "), strings.Join(platformsOf(parts), ", "))
		}
	}
	return distinct(chosen)
}

// matching lists the parts that answer a platform asked for.
func matching(parts []Part, want ocispec.Platform) []Part {
	var found []Part
	for _, part := range parts {
		if Satisfies(part.Platform, want) {
			found = append(found, part)
		}
	}
	return found
}

func platformsOf(parts []Part) []string {
	names := make([]string, 0, len(parts))
	for _, part := range parts {
		names = append(names, FormatPlatform(part.Platform))
	}
	return names
}

// distinct drops what is there twice and refuses two images of one platform.
func distinct(parts []Part) ([]Part, error) {
	var out []Part
	for _, part := range parts {
		key := FormatPlatform(part.Platform)
		i := slices.IndexFunc(out, func(other Part) bool { return FormatPlatform(other.Platform) == key })
		switch {
		case i < 0:
			out = append(out, part)
		case out[i].Manifest.Digest != part.Manifest.Digest:
			return nil, fmt.Errorf("merging: %w %q: %s and %s both have it; leave one out, or take one platform of it",
				ErrPlatform, key, out[i].Source, part.Source)
		case out[i].Attestation == nil:
			out[i] = part // the same image, attested
		}
	}
	return out, nil
}

// Amend returns the parts, and those of base whose platform no part has. A part
// replaces the one in base of the same platform, where of the os.version the three
// numbers count that name a Windows release.
func Amend(parts, base []Part) []Part {
	amended := slices.Clone(parts)
	for _, old := range base {
		same := func(part Part) bool { return SameRelease(part.Platform, old.Platform) }
		if !slices.ContainsFunc(parts, same) {
			old.Carried = true
			amended = append(amended, old)
		}
	}
	return amended
}

// SetPlatform changes what is said of an image's platform.
type SetPlatform struct {
	// Target is the source as the user wrote it, or the platform it says now.
	Target string
	// OS, Architecture, Variant and OSVersion replace what is there, unless nil.
	OS, Architecture, Variant, OSVersion *string
	// OSFeatures replace those there, unless nil.
	OSFeatures []string
}

// PlatformSetAnnotation marks an index entry whose platform was set by hand, so
// that it may differ from the config.
const PlatformSetAnnotation = "com.docker-multiplat.platform-set"

// Apply returns the parts with the platform of each target changed; marked also
// puts [PlatformSetAnnotation] on their entries. A target that is no part's is
// [ErrMissing], a result that is no platform is [ErrPlatform].
func (s SetPlatform) Apply(parts []Part, marked bool) ([]Part, error) {
	changed := slices.Clone(parts)
	found := false
	for i, part := range changed {
		if part.Source != s.Target && FormatPlatform(part.Platform) != s.Target {
			continue
		}
		found = true
		p, err := s.of(part.Platform)
		if err != nil {
			return nil, err
		}
		changed[i].Platform, changed[i].Set = p, true
		if marked {
			changed[i].Annotations = withKey(part.Annotations, PlatformSetAnnotation, "true")
		}
	}
	if !found {
		return nil, fmt.Errorf("setting the platform of %q: %w: neither a source nor a platform of one is called so",
			s.Target, ErrMissing)
	}
	return changed, nil
}

func (s SetPlatform) of(p ocispec.Platform) (ocispec.Platform, error) {
	for _, field := range []struct{ from, to *string }{
		{s.OS, &p.OS}, {s.Architecture, &p.Architecture}, {s.Variant, &p.Variant}, {s.OSVersion, &p.OSVersion},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	if s.OSFeatures != nil {
		p.OSFeatures = s.OSFeatures
	}
	p = platforms.Normalize(p)
	return p, checkPlatform(FormatPlatform(p), p)
}

// withKey returns annotations with one more.
func withKey(annotations map[string]string, key, value string) map[string]string {
	out := map[string]string{key: value}
	for k, v := range annotations {
		if k != key {
			out[k] = v
		}
	}
	return out
}

// Twins lists the pairs of platforms that are one and the same image, which is
// most often a mistake.
func Twins(imgs []Image) [][2]ocispec.Platform {
	var twins [][2]ocispec.Platform
	for i, img := range imgs {
		for _, other := range imgs[:i] {
			if other.Manifest.Digest == img.Manifest.Digest {
				twins = append(twins, [2]ocispec.Platform{other.Platform, img.Platform})
			}
		}
	}
	return twins
}

// Images returns the parts as an index holds them.
func Images(parts []Part) []Image {
	imgs := make([]Image, 0, len(parts))
	for _, part := range parts {
		imgs = append(imgs, part.Image)
	}
	return imgs
}
