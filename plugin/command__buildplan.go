package plugin

import (
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// method is what the Dockerfile's frontend is to be asked; asked is false for a build.
func (o *buildOptions) method() (m builder.Method, asked bool, err error) {
	call := o.call
	if o.check {
		call = "check"
	}
	return builder.ParseMethod(call)
}

// plan makes the plan of the options, which were validated, and of the configuration. Nothing is contacted.
func (o *buildOptions) plan(dockerCLI command.Cli) (buildPlan, error) {
	p := buildPlan{request: o.request, push: o.push}
	p.reuse, p.emulation, p.jobs = !o.noCache, o.emulation, o.request.Jobs
	if o.request.Stdin != nil {
		p.request.Stdin = builder.NewHashed(o.request.Stdin)
	}
	for _, set := range []func(*buildPlan) error{o.setNames, o.setTests, o.setAnnotations} {
		if err := set(&p); err != nil {
			return p, err
		}
	}
	p.tests.HostEnv, p.tests.Advice = hostOf(dockerCLI).hostEnv(), testAdvice()
	known, err := readMachine(hostOf(dockerCLI))
	if err != nil {
		return p, afterMachine(hostOf(dockerCLI), err)
	}
	if p.platforms, err = o.choose(known.Platforms); err != nil {
		return p, err
	}
	for _, name := range p.names {
		if err := manifest.CheckArchTags(name.Tag(), p.platforms.Platforms); err != nil {
			return p, fail(errUsage, fmt.Errorf("naming the platforms of %q: %w", reference.FamiliarString(name), err), "")
		}
	}
	p.request.Platforms = p.platforms.Platforms
	p.builder, err = resolveBuilder(hostOf(dockerCLI), o.builder)
	return p, err
}

func (o *buildOptions) setNames(p *buildPlan) (err error) {
	p.names, err = parseNames(o.tags)
	for _, name := range p.names {
		p.request.Names = append(p.request.Names, name.String())
	}
	if len(p.names) > 0 {
		p.name = p.names[0]
	}
	return err
}

// setTests decides how far the images are taken; what is published is tested.
func (o *buildOptions) setTests(p *buildPlan) error {
	var wanted bool
	var err error
	if p.tests, wanted, err = o.spec(); err != nil {
		return err
	}
	switch {
	case wanted || o.push:
		p.mode = testMode
	case o.load:
		p.mode = loadMode
	}
	p.allowForeign, err = o.allowed()
	return err
}

func (o *buildOptions) setAnnotations(p *buildPlan) (err error) {
	p.annotations, err = o.request.IndexAnnotations()
	return err
}
