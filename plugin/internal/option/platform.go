package option

import (
	"fmt"
	"os"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// everyPlatform is the word for every platform there is an emulator for.
const everyPlatform = "all"

// Platform choose the platforms.
type Platform struct{ Values []string }

// AddFlags binds --platform.
func (o *Platform) AddFlags(flags *pflag.FlagSet, usage string) {
	flags.StringSliceVar(&o.Values, "platform", nil, usage)
}

// Choose takes the flag, else what init has proven or nodes were given, else DOCKER_DEFAULT_PLATFORM, else the two most
// used.
func (o *Platform) Choose(proven []string) (platform.Choice, error) {
	var c platform.Choice
	values := o.Values
	switch {
	case values != nil:
		c.From = "--platform"
	case len(proven) > 0:
		values, c.From = proven, "docker multiplat init"
	case os.Getenv("DOCKER_DEFAULT_PLATFORM") != "":
		values, c.From = []string{os.Getenv("DOCKER_DEFAULT_PLATFORM")}, "DOCKER_DEFAULT_PLATFORM"
	default:
		values, c.From = []string{"linux/amd64", "linux/arm64"}, "the default"
	}
	var err error
	if c.Platforms, err = platform.Parse(values); err != nil {
		return c, fmt.Errorf("reading the platforms of %s: %w", c.From, err)
	}
	for _, p := range c.Platforms {
		if p.OS == "linux" && p.OSVersion != "" {
			return c, failure.Usage("reading the platforms of %s: %q: linux has no versions as windows has them; "+
				"write %s", c.From, platform.Format(p), platform.Format(withoutVersion(p)))
		}
	}
	c.Said, err = platform.ParseStated(values)
	return c, err
}

// withoutVersion is a platform of any version of its system.
func withoutVersion(p ocispec.Platform) ocispec.Platform {
	p.OSVersion = ""
	return p
}

// Notes say which words of --platform were taken together, and which are easily taken for another.
func (o *Platform) Notes() []string {
	notes := o.Merged()
	said, err := platform.Parse(o.Values)
	if err != nil {
		return notes
	}
	names := make([]string, 0, len(said))
	for _, p := range said {
		names = append(names, platform.Format(p))
	}
	return append(notes, platform.Remarks(names)...)
}

// Merged say which words of --platform were taken together, for commands that say of the images what they are.
func (o *Platform) Merged() []string {
	var notes []string
	for _, words := range platform.Spellings(o.Values) {
		last := len(words) - 1
		notes = append(notes, strings.Join(words[:last], ", ")+" and "+words[last]+" are one platform; it is taken once")
	}
	return notes
}

// Prepare returns what init is to prepare, and status to look at; every is true when the user named none of them.
func (o *Platform) Prepare(proven []string) (asked platform.Choice, every bool, err error) {
	if slices.Equal(o.Values, []string{everyPlatform}) {
		return platform.Choice{Platforms: binfmt.Known(), From: "--platform"}, true, nil
	}
	asked, err = o.Choose(proven)
	return asked, false, err
}
