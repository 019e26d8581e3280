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
	// manual is set where people try the images instead.
	manual       bool
	push         bool
	tests        localtest.Spec
	noTestCache  bool
	allowForeign audit.Globs
	emulation    string
	annotations  builder.IndexAnnotations
	request      builder.Request
	// calls is set when method is to be asked instead of building.
	calls  bool
	method builder.Method
	// survey is what the builder said of itself, source what is to be built; only a printed plan has them.
	survey builder.Survey
	source map[string]string
}

func (o *buildOptions) plan(dockerCLI command.Cli) (buildPlan, error) {
	if err := o.validate(); err != nil {
		return buildPlan{}, err
	}
	p := buildPlan{
		store: storeFolder(dockerCLI), request: o.request, noTestCache: o.noCache, emulation: o.emulation, push: o.push,
	}
	if o.request.Stdin != nil {
		p.request.Stdin = builder.NewHashed(o.request.Stdin)
	}
	for _, set := range []func(*buildPlan) error{o.setMethod, o.setNames, o.setTests, o.setAnnotations} {
		if err := set(&p); err != nil {
			return p, err
		}
	}
	p.tests.HostEnv = hostOf(dockerCLI).hostEnv()
	known, err := readMachine(hostOf(dockerCLI))
	if err != nil {
		return p, afterMachine(hostOf(dockerCLI), err)
	}
	selected, err := o.choose(known.Platforms)
	if err != nil {
		return p, err
	}
	p.platforms, p.platformsFrom = selected.Platforms, selected.From
	for _, draft := range p.names {
		if err := manifest.CheckArchTags(draft.Tag(), p.platforms); err != nil {
			return p, fail(errUsage, fmt.Errorf("naming the platforms of %q: %w", reference.FamiliarString(draft), err), "")
		}
	}
	p.request.Platforms = p.platforms
	p.builder, err = o.resolve(dockerCLI)
	return p, err
}

func (o *buildOptions) setMethod(p *buildPlan) (err error) {
	call := o.call
	if o.check {
		call = "check"
	}
	p.method, p.calls, err = builder.ParseMethod(call)
	return err
}

func (o *buildOptions) setNames(p *buildPlan) (err error) {
	p.names, err = parseNames(o.tags)
	for _, draft := range p.names {
		p.request.Names = append(p.request.Names, draft.String())
	}
	return err
}

func (o *buildOptions) setTests(p *buildPlan) (err error) {
	p.tests, p.test, err = o.spec()
	p.test = p.test || o.push
	p.load = o.load || p.test
	if err != nil {
		return err
	}
	p.allowForeign, err = o.allowed()
	return err
}

func (o *buildOptions) setAnnotations(p *buildPlan) (err error) {
	p.annotations, err = o.request.IndexAnnotations()
	return err
}

func (p buildPlan) testNames() string {
	if !p.tests.Asked() {
		return "the smoke test"
	}
	var names []string
	for _, c := range p.tests.Commands {
		names = append(names, fmt.Sprintf("%q", c.Text))
	}
	for _, c := range p.tests.Execs {
		names = append(names, fmt.Sprintf("%q inside", c.Text))
	}
	for _, c := range p.tests.Scripts {
		names = append(names, fmt.Sprintf("%q on this machine", c.Text))
	}
	for _, f := range p.tests.Files {
		names = append(names, f.Name)
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
