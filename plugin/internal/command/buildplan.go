package command

import (
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// method is what the Dockerfile's frontend is to be asked; asked is false for a build.
func (o *buildOptions) method() (m request.Method, asked bool, err error) {
	call := o.call
	if o.check {
		call = "check"
	}
	return request.ParseMethod(call)
}

// plan makes the plan of the options, which were validated, and of the configuration. Nothing is contacted.
func (o *buildOptions) plan(dockerCLI command.Cli) (build.Plan, error) {
	p := build.Plan{Request: o.request, Push: o.push}
	p.Reuse, p.Emulation, p.Jobs = !o.NoCache, o.emulation, o.request.Jobs
	if o.request.Stdin != nil {
		p.Request.Stdin = request.NewHashed(o.request.Stdin)
	}
	p.Request.Written = []string{o.MetadataFile, o.IidFile}
	for _, file := range o.Reports {
		p.Request.Written = append(p.Request.Written, report.Path(file))
	}
	for _, set := range []func(*build.Plan) error{o.setNames, o.setTests, o.setAnnotations} {
		if err := set(&p); err != nil {
			return p, err
		}
	}
	p.Tests.HostEnv, p.Tests.Advice = HostOf(dockerCLI).HostEnv(), advice.TestAdvice()
	known, err := machine.ReadRecord(HostOf(dockerCLI))
	if err != nil {
		return p, advice.AfterMachine(HostOf(dockerCLI), err)
	}
	var missing error // a wrong platform is told before it
	p.Builder, missing = advice.ResolveBuilder(HostOf(dockerCLI), o.Name)
	proven := known.Proven(p.Builder, HostOf(dockerCLI).Endpoint())
	if p.Platforms, err = o.Choose(proven); err != nil {
		return p, err
	}
	for _, name := range p.Names {
		if err := platform.CheckArchTags(name.Tag(), p.Platforms.Platforms); err != nil {
			return p, failure.Wrap(
				failure.ErrUsage,
				fmt.Errorf("naming the platforms of %q: %w", reference.FamiliarString(name), err),
				"",
			)
		}
	}
	p.Request.Platforms = p.Platforms.Platforms
	return p, missing
}

func (o *buildOptions) setNames(p *build.Plan) (err error) {
	p.Names, err = ref.ParseNames(o.tags)
	for _, name := range p.Names {
		p.Request.Names = append(p.Request.Names, name.String())
	}
	if len(p.Names) > 0 {
		p.Name = p.Names[0]
	}
	return err
}

// setTests decides how far the images are taken; what is published is tested.
func (o *buildOptions) setTests(p *build.Plan) error {
	var wanted bool
	var err error
	if p.Tests, wanted, err = o.Spec(); err != nil {
		return err
	}
	switch {
	case wanted || o.push:
		p.Mode = trial.Test
	case o.load:
		p.Mode = trial.Load
	}
	p.Flags = o.Words()
	p.AllowForeign, err = o.Allowed()
	return err
}

func (o *buildOptions) setAnnotations(p *build.Plan) (err error) {
	p.Annotations, err = o.request.IndexAnnotations()
	return err
}
