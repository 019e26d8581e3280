package source

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// ErrMissing marks a platform that was asked for and that no source has.
var ErrMissing = errors.New("platform missing")

// Choose returns the entries of the platforms asked for, in that order; without any,
// all entries in theirs. One image that stands in several sources is taken once. A
// platform that no entry has is [ErrMissing]; one that two entries have, with other
// images, is [platform.ErrInvalid] and names both sources. A platform asked for without
// os.version stands for each there is.
func Choose(entries []Entry, asked []ocispec.Platform) ([]Entry, error) {
	chosen := entries
	if len(asked) > 0 {
		chosen = nil
		var missing []string
		for _, want := range asked {
			found := matching(entries, want)
			if len(found) == 0 {
				missing = append(missing, platform.Format(want))
			}
			for _, entry := range found {
				entry.Platform = platform.AsSaid(entry.Platform, []ocispec.Platform{want})
				chosen = append(chosen, entry)
			}
		}
		if len(missing) > 0 {
			return nil, fmt.Errorf("choosing platforms: %w: no source has %s; they have %s",
				ErrMissing, strings.Join(missing, ", "), strings.Join(platformsOf(entries), ", "))
		}
	}
	return distinct(chosen)
}

// matching lists the entries that answer a platform asked for.
func matching(entries []Entry, want ocispec.Platform) []Entry {
	var found []Entry
	for _, entry := range entries {
		if platform.Satisfies(entry.Platform, want) {
			found = append(found, entry)
		}
	}
	return found
}

// platformsOf are the platforms of entries in words.
func platformsOf(entries []Entry) []string {
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, platform.Format(entry.Platform))
	}
	return names
}

// distinct drops what is there twice and refuses two images of one platform.
func distinct(entries []Entry) ([]Entry, error) {
	var out []Entry
	for _, entry := range entries {
		key := platform.Format(entry.Platform)
		i := slices.IndexFunc(out, func(other Entry) bool { return platform.Format(other.Platform) == key })
		switch {
		case i < 0:
			out = append(out, entry)
		case out[i].Manifest.Digest != entry.Manifest.Digest && out[i].Source == entry.Source:
			return nil, fmt.Errorf("merging: %w %q: %s alone has it twice, as %s and %s; take one of them by its digest",
				platform.ErrInvalid, key, entry.Source, out[i].Manifest.Digest, entry.Manifest.Digest)
		case out[i].Manifest.Digest != entry.Manifest.Digest:
			why := ""
			if Compression(out[i].Image) != Compression(entry.Image) {
				why = ", with layers compressed otherwise"
			}
			fix := "leave one of them out"
			if out[i].Root != out[i].Manifest.Digest || entry.Root != entry.Manifest.Digest {
				fix += ", or take the platforms of an index one by one, as NAME@DIGEST"
			}
			return nil, fmt.Errorf("merging: %w %q: %s and %s both have it%s; %s",
				platform.ErrInvalid, key, out[i].Source, entry.Source, why, fix)
		case out[i].Attestation == nil:
			out[i] = entry // the same image, attested
		}
	}
	return out, nil
}

// Amend returns the entries of base in their order, each replaced by that of the same platform in entries, and then the
// rest of entries: so publishers who amend each other's images settle on one order. Of the os.version the three numbers
// count that name a Windows release.
func Amend(entries, base []Entry) []Entry {
	rest := slices.Clone(entries)
	amended := make([]Entry, 0, len(entries)+len(base))
	for _, old := range base {
		same := func(entry Entry) bool { return platform.SameRelease(entry.Platform, old.Platform) }
		if !slices.ContainsFunc(entries, same) {
			old.Carried = true
			amended = append(amended, old)
			continue
		}
		for _, entry := range rest {
			if same(entry) {
				amended = append(amended, entry)
			}
		}
		rest = slices.DeleteFunc(rest, same)
	}
	return append(amended, rest...)
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

// Apply returns the entries with the platform of each target changed; marked also
// puts [PlatformSetAnnotation] on their entries. A target that is no entry's is
// [ErrMissing], a result that is no platform is [platform.ErrInvalid].
func (s SetPlatform) Apply(entries []Entry, marked bool) ([]Entry, error) {
	changed := slices.Clone(entries)
	found := false
	for i, entry := range changed {
		if entry.Source != s.Target && platform.Format(entry.Platform) != s.Target {
			continue
		}
		found = true
		p, err := s.of(entry.Platform)
		if err != nil {
			return nil, err
		}
		changed[i].Platform, changed[i].Set = p, true
		if marked {
			changed[i].Annotations = withKey(entry.Annotations, PlatformSetAnnotation, "true")
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
	normal := platforms.Normalize(p)
	return platform.Stated(p), platform.Check(platform.Format(p), normal)
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
func Twins(imgs []manifest.Image) [][2]ocispec.Platform {
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

// Images returns the entries as an index holds them.
func Images(entries []Entry) []manifest.Image {
	imgs := make([]manifest.Image, 0, len(entries))
	for _, entry := range entries {
		imgs = append(imgs, entry.Image)
	}
	return imgs
}
