package command

import (
	"cmp"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
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
	p := build.Plan{Request: o.request, Push: o.push, Again: o.line.KeptOfBuild()}
	p.Trust = o.Trust()
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
	if err := equip(&p.Plan, dockerCLI); err != nil {
		return p, err
	}
	known, err := machine.ReadRecord(HostOf(dockerCLI))
	if err != nil {
		return p, advice.AfterMachine(HostOf(dockerCLI), err)
	}
	var missing error // a wrong platform is told before it
	p.Builder, missing = advice.ResolveBuilder(HostOf(dockerCLI), o.Name)
	p.AtHome(homeOf(dockerCLI, p.Builder))
	proven := known.Prepared(HostOf(dockerCLI), p.Builder)
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
	if err := o.CheckOn(p.Request.Platforms); err != nil {
		return p, err
	}
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
	if err == nil {
		p.Request.Stage, err = option.Stage(o.stage, p.Names, o.Insecure)
	}
	return err
}

// setTests decides how far the images are taken; what is published is tested.
func (o *buildOptions) setTests(p *build.Plan) error {
	o.Note(o.line.Names())
	var wanted bool
	var err error
	if p.Wanted, wanted, err = o.Wanted(); err != nil {
		return err
	}
	file, found, err := o.testFile()
	if err != nil {
		return err
	}
	if found {
		var more bool
		if p.Own, more, err = o.FromFile(file, cmp.Or(o.request.Target, testfile.DefaultTarget)); err != nil {
			return err
		}
		wanted = wanted || more
	}
	if len(p.Own) > 0 {
		p.TestFile = file.Path
	}
	switch {
	case wanted || o.push:
		p.Mode = trial.Test
	case o.load:
		p.Mode = trial.Load
	}
	p.Here = o.load
	return nil
}

// testFile reads the test file that was named, else the one that lies in a build context on this machine. Of a context
// from elsewhere nobody here has seen what it says.
func (o *buildOptions) testFile() (file testfile.File, found bool, err error) {
	switch {
	case o.asks() || o.File == option.NoTestFile:
		return file, false, nil
	case o.File != "":
		if file, err = testfile.Read(o.File); err != nil {
			return file, false, failure.Usage("--test-file: %w", err)
		}
		return file, true, nil
	case request.Local(o.request.Context):
		file, found, err = testfile.Find(o.request.Context)
	}
	return file, found, failure.Wrap(failure.ErrUsage, err, "")
}

// equip gives tests what scripts need of the Docker CLI, and the words for what went wrong. Engines that there are none
// of are refused.
func equip(p *trial.Plan, dockerCLI command.Cli) error {
	if err := p.CheckClusters(); err != nil {
		return err
	}
	for _, place := range p.Places() {
		if err := HostOf(dockerCLI).CheckPlace(place); err != nil {
			return failure.Usage("--test-on: %w", err)
		}
	}
	p.Each(func(tests *localtest.Spec) {
		tests.HostEnv, tests.Advice = HostOf(dockerCLI).HostEnv(), advice.TestAdvice()
		tests.Composer = HostOf(dockerCLI).Composer()
	})
	return nil
}

// homeOf tells where a builder in a cluster builds a platform.
func homeOf(dockerCLI command.Cli, name string) func(ocispec.Platform) (cluster.Place, bool) {
	return func(of ocispec.Platform) (cluster.Place, bool) { return HostOf(dockerCLI).Builders().Home(name, of) }
}

func (o *buildOptions) setAnnotations(p *build.Plan) (err error) {
	p.Annotations, err = o.request.IndexAnnotations()
	return err
}
