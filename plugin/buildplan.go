package plugin

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// buildPlan is what a build is going to do. It is made from the options and the configuration alone.
type buildPlan struct {
	// names are the drafts that get the result.
	names         []reference.NamedTagged
	platforms     []ocispec.Platform
	platformsFrom string
	builder       string
	store         string
	load, test    bool
	tests         localtest.Spec
	noTestCache   bool
	allowForeign  audit.Globs
	request       builder.Request
}

func (o *buildOptions) plan(dockerCLI command.Cli) (buildPlan, error) {
	if err := o.validate(); err != nil {
		return buildPlan{}, err
	}
	p := buildPlan{store: storeFolder(dockerCLI), request: o.request, noTestCache: o.noCache}
	var err error
	if p.names, err = parseNames(o.tags); err != nil {
		return p, err
	}
	known, err := readMachine(dockerCLI)
	if err != nil {
		return p, err
	}
	selected, err := o.choose(known.Platforms)
	if err != nil {
		return p, err
	}
	p.platforms, p.platformsFrom = selected.platforms, selected.from
	if p.tests, p.test, err = o.spec(); err != nil {
		return p, err
	}
	if p.allowForeign, err = audit.ParseGlobs(o.allowForeign); err != nil {
		return p, fail(errUsage, fmt.Errorf("--allow-foreign %w", err), "")
	}
	p.load = o.load || p.test
	for _, draft := range p.names {
		if err := manifest.CheckArchTags(draft.Tag(), p.platforms); err != nil {
			return p, fail(errUsage, fmt.Errorf("naming the platforms of %q: %w", reference.FamiliarString(draft), err), "")
		}
		p.request.Names = append(p.request.Names, draft.String())
	}
	p.request.Platforms = p.platforms
	p.builder, err = o.resolve(dockerCLI)
	return p, err
}

// String is the plan as --dry-run prints it.
func (p buildPlan) String() string {
	var b strings.Builder
	for _, draft := range p.names {
		fmt.Fprintf(&b, "draft      %s\n", reference.FamiliarString(draft))
	}
	fmt.Fprintf(&b, "store      %s\n", p.store)
	fmt.Fprintf(&b, "context    %s\n", p.request.Context)
	fmt.Fprintf(&b, "builder    %s\n", p.builder)
	fmt.Fprintf(&b, "platforms  %s (%s)\n", joined(p.platforms), p.platformsFrom)
	for _, platform := range p.platforms {
		fmt.Fprintf(&b, "  %s: build, audit", manifest.FormatPlatform(platform))
		if p.load {
			fmt.Fprintf(&b, ", load as %s", familiarArchName(p.names[0], platform))
		}
		if p.test {
			fmt.Fprintf(&b, ", run %s", p.testNames())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (p buildPlan) testNames() string {
	if len(p.tests.Commands) == 0 {
		return "the smoke test"
	}
	names := make([]string, 0, len(p.tests.Commands))
	for _, c := range p.tests.Commands {
		names = append(names, fmt.Sprintf("%q", c.Text))
	}
	return strings.Join(names, ", ")
}

// archName is the name of one platform's image, NAME:TAG--ARCH. That it exists was checked with the plan.
func archName(draft reference.NamedTagged, platform ocispec.Platform) (reference.NamedTagged, error) {
	tag, err := manifest.ArchTag(draft.Tag(), platform)
	if err != nil {
		return nil, err
	}
	return reference.WithTag(reference.TrimNamed(draft), tag)
}

func familiarArchName(draft reference.NamedTagged, platform ocispec.Platform) string {
	named, err := archName(draft, platform)
	if err != nil {
		return err.Error()
	}
	return reference.FamiliarString(named)
}
