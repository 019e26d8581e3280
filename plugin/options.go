package plugin

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// builderOptions choose the builder.
type builderOptions struct{ builder string }

func (o *builderOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.builder, "builder", os.Getenv("BUILDX_BUILDER"), "Override the configured builder instance")
}

// resolve names the builder to use, or tells how to get one.
func (o *builderOptions) resolve(dockerCLI command.Cli) (string, error) {
	name, err := builder.Resolve(dockerCLI, o.builder)
	if errors.Is(err, builder.ErrElsewhere) {
		return "", fail(builder.ErrNotReady, err, "docker multiplat init --builder NAME, for a builder of this engine",
			"to build there all the same: --builder "+name)
	}
	next := "docker multiplat init"
	if o.builder != "" {
		next += " --builder " + o.builder
	}
	return name, fail(builder.ErrNotReady, err, next)
}

// platformOptions choose the platforms.
type platformOptions struct{ values []string }

func (o *platformOptions) addFlags(flags *pflag.FlagSet, usage string) {
	flags.StringSliceVar(&o.values, "platform", nil, usage)
}

// chosen are platforms and where the choice came from.
type chosen struct {
	platforms []ocispec.Platform
	from      string
}

// choose takes the flag, else what init has proven, else DOCKER_DEFAULT_PLATFORM, else the two most used.
func (o *platformOptions) choose(proven []string) (chosen, error) {
	var c chosen
	values := o.values
	switch {
	case values != nil:
		c.from = "--platform"
	case len(proven) > 0:
		values, c.from = proven, "docker multiplat init"
	case os.Getenv("DOCKER_DEFAULT_PLATFORM") != "":
		values, c.from = []string{os.Getenv("DOCKER_DEFAULT_PLATFORM")}, "DOCKER_DEFAULT_PLATFORM"
	default:
		values, c.from = []string{"linux/amd64", "linux/arm64"}, "the default"
	}
	var err error
	if c.platforms, err = manifest.ParsePlatforms(values); err != nil {
		return c, fmt.Errorf("reading the platforms of %s: %w", c.from, err)
	}
	return c, nil
}

// parseName reads NAME[:TAG] as the Docker CLI does; without a tag it means latest.
func parseName(text string) (reference.NamedTagged, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return nil, usageError("invalid reference %q: %s; give it as NAME[:TAG]", text, err)
	}
	if _, digested := named.(reference.Digested); digested {
		return nil, usageError("%q is a digest; give a tag, as NAME[:TAG]", text)
	}
	tagged, ok := reference.TagNameOnly(named).(reference.NamedTagged)
	if !ok {
		return nil, usageError("invalid reference %q: it has no tag; give it as NAME[:TAG]", text)
	}
	return tagged, nil
}

func parseNames(texts []string) ([]reference.NamedTagged, error) {
	var names []reference.NamedTagged
	seen := map[string]bool{}
	for _, text := range texts {
		name, err := parseName(text)
		if err != nil {
			return nil, err
		}
		if !seen[name.String()] {
			seen[name.String()] = true
			names = append(names, name)
		}
	}
	return names, nil
}

// storeFolder is where drafts live.
func storeFolder(dockerCLI command.Cli) string { return hostOf(dockerCLI).storeFolder() }

func configFolder(dockerCLI command.Cli) string { return hostOf(dockerCLI).configFolder() }

// withStore opens the store for the time of f.
func withStore(dockerCLI command.Cli, f func(*store.Store) error) (err error) {
	return hostOf(dockerCLI).withStore(f)
}

// hostOf is the host of a command.
func hostOf(dockerCLI command.Cli) host {
	var log func(string)
	if debug.IsEnabled() {
		log = func(line string) { say(dockerCLI, "%s", line) }
	}
	return newHost(dockerCLI, "docker-multiplat/"+firstOf(BuildVersions().Version, "dev"), log)
}

// joined formats platforms as a flag takes them.
func joined(list []ocispec.Platform) string {
	names := make([]string, 0, len(list))
	for _, p := range list {
		names = append(names, manifest.FormatPlatform(p))
	}
	return strings.Join(names, ",")
}
