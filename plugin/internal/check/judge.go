package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// judged is what a look-up means.
type judged struct {
	state State
	rule  lint.Rule
	// cause and cure are sentences; they do not name the platform, so that those of several are one.
	cause, cure string
}

// judge says what a build gets. others are the same image for other platforms.
func judge(l builder.LookedUp, others []builder.LookedUp) judged {
	switch {
	case l.Missing:
		return judgeMissing(l, others)
	case l.Err != nil:
		return judged{
			NotKnown, lint.BaseNotKnown(),
			fmt.Sprintf("%s could not be looked up: %s", Familiar(l.Image), visible.Line(l.Err.Error())),
			"see that its registry can be reached, with the login it wants",
		}
	case platform.Satisfies(l.Got, l.Platform):
		return judged{state: Served}
	case platforms.Only(l.Platform).Match(l.Got) && l.Got.Architecture == l.Platform.Architecture:
		return judged{state: Served} // a lower variant
	case platforms.Only(l.Platform).Match(l.Got):
		return judged{
			OtherArchitecture, lint.BaseOtherArchitecture(),
			fmt.Sprintf("%s has no image for this platform, and BuildKit takes that of %s", Familiar(l.Image), show(l.Got)),
			"take an image that serves the platform",
		}
	case l.Got.OS == l.Platform.OS && l.Got.Architecture == l.Platform.Architecture &&
		l.Got.OSVersion != l.Platform.OSVersion:
		return judged{
			OtherOSVersion, lint.BaseOtherOSVersion(),
			fmt.Sprintf("%s is of %s", Familiar(l.Image), show(l.Got)), "take an image of the os.version that is asked for",
		}
	case strings.Contains(l.Image, "@"):
		return judged{
			PinnedPlatform,
			lint.BasePinnedPlatform(),
			fmt.Sprintf(
				"%s is the digest of the manifest of %s, which BuildKit takes for every platform",
				Familiar(l.Image),
				show(l.Got),
			),
			"pin the digest of the index: docker buildx imagetools inspect " + withoutDigest(Familiar(l.Image)),
		}
	}
	return judged{
		SingleImage, lint.BaseSingleImage(),
		fmt.Sprintf("%s is one image of %s, which BuildKit takes for every platform", Familiar(l.Image), show(l.Got)),
		"take an image that serves the platform, or build that one for it, too",
	}
}

// judgeMissing tells an image that lacks a platform from one that is not there.
func judgeMissing(l builder.LookedUp, others []builder.LookedUp) judged {
	cure := "take an image that serves the platform, or leave the platform out"
	if i := slices.IndexFunc(l.Serves, func(p ocispec.Platform) bool {
		return p.OS == l.Platform.OS && p.Architecture == l.Platform.Architecture && p.OSVersion != l.Platform.OSVersion
	}); i >= 0 && l.Platform.OSVersion != "" {
		return judged{
			OtherOSVersion,
			lint.BaseOtherOSVersion(),
			fmt.Sprintf(
				"%s is served for %s",
				Familiar(l.Image),
				show(l.Serves[i]),
			),
			"ask for that os.version, or take another image",
		}
	}
	if len(l.Serves) > 0 {
		return judged{
			NotServed, lint.BaseNotServed(),
			fmt.Sprintf("%s has no image for this platform; it has %s", Familiar(l.Image), showAll(l.Serves)), cure,
		}
	}
	if slices.ContainsFunc(others, func(o builder.LookedUp) bool { return o.Digest != "" }) {
		return judged{
			NotServed,
			lint.BaseNotServed(),
			fmt.Sprintf("%s has no image for this platform", Familiar(l.Image)),
			cure,
		}
	}
	return judged{
		NotFound, lint.BaseNotFound(),
		fmt.Sprintf("%s was not found: %s", Familiar(l.Image), visible.Line(l.Err.Error())),
		"see that the name is right, and that this image is there for the platform",
	}
}

// show is a platform as it is written.
func show(p ocispec.Platform) string { return platforms.FormatAll(p) }

// showAll lists platforms, each once.
func showAll(list []ocispec.Platform) string {
	var out []string
	for _, p := range list {
		if name := show(p); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// withoutDigest is the name of an image.
func withoutDigest(image string) string {
	name, _, _ := strings.Cut(image, "@")
	return name
}
