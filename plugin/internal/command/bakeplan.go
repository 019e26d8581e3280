package command

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/bake"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// planning makes the plans of targets.
type planning struct {
	*bakeOptions
	dockerCLI command.Cli
	builder   string
	// proven are the platforms that init has proven, and those that nodes were given.
	proven []string
	// file is the test file; found tells that there is one.
	file  testfile.File
	found bool
	// owners are the targets by the drafts that they make.
	owners map[string]string
}

// plans makes the plans of targets, which name their platforms or get the usual ones. Nothing is contacted. That there
// is no builder is noted: what is wrong with a target is told before it.
func (o *bakeOptions) plans(dockerCLI command.Cli, ready *prepared) (plans []build.Plan, err error) {
	known, err := machine.ReadRecord(HostOf(dockerCLI))
	if err != nil {
		return nil, advice.AfterMachine(HostOf(dockerCLI), err)
	}
	p := &planning{bakeOptions: o, dockerCLI: dockerCLI, owners: map[string]string{}}
	p.builder, ready.missing = advice.ResolveBuilder(HostOf(dockerCLI), o.builder.Name)
	p.proven = known.Prepared(HostOf(dockerCLI), p.builder)
	if err := p.findTests(); err != nil {
		return nil, err
	}
	ready.strangers = p.file.Strangers(ready.resolved.Has)
	var all []ocispec.Platform
	for _, t := range ready.targets {
		plan, err := p.plan(t)
		if err != nil {
			return nil, failure.Wrap(failure.ErrUsage, fmt.Errorf("target %q: %w", t.Name, err), "")
		}
		plans = append(plans, plan)
		all = append(all, plan.Platforms.Platforms...)
	}
	if err := o.tests.CheckOn(all); err != nil && len(all) > 0 {
		return nil, err
	}
	return plans, spread(plans, ready.targets)
}

// findTests reads the test file that was named, else the one beside the bake file.
func (p *planning) findTests() (err error) {
	folder := "."
	if files := p.definition.Files; len(files) > 0 && files[0] != "-" {
		folder = filepath.Dir(strings.TrimPrefix(files[0], "cwd://"))
	}
	p.tests.Note(p.line.Names())
	switch {
	case p.asks || p.tests.File == option.NoTestFile:
	case p.tests.File != "":
		if p.file, err = testfile.Read(p.tests.File); err != nil {
			return failure.Usage("--test-file: %w", err)
		}
		p.found = true
	case !bake.Remote(p.args): // of a definition from elsewhere nobody here has seen what lies beside it
		p.file, p.found, err = testfile.Find(folder)
	}
	return failure.Wrap(failure.ErrUsage, err, "")
}

// plan makes the plan of one target.
func (p *planning) plan(t bake.Target) (build.Plan, error) {
	plan := build.Plan{
		Request: t.Request, Push: p.push, Builder: p.builder, Target: t.Name, Takes: t.Takes,
		Discard: t.Linked || t.Unkept || t.Call != "",
		Again:   p.line.KeptOfBake(bake.Remote(p.args), t.Name),
	}
	plan.Trust = p.registry.Trust()
	plan.Reuse, plan.Emulation, plan.Jobs = !p.tests.NoCache, p.emulation, p.jobs
	plan.Request.Written = []string{p.metadata}
	for _, file := range p.tests.Reports {
		plan.Request.Written = append(plan.Request.Written, report.Path(file))
	}
	var err error
	if plan.Platforms, err = p.platformsOf(t); err != nil {
		return plan, err
	}
	plan.Request.Platforms = plan.Platforms.Platforms
	if err := checkRequest(plan.Request); err != nil {
		return plan, err
	}
	if plan.Annotations, err = plan.Request.IndexAnnotations(); err != nil || plan.Discard {
		return plan, err
	}
	if err := p.name(&plan, t); err != nil {
		return plan, err
	}
	return plan, p.test(&plan, t.Groups)
}

// platformsOf are those that the target names, else the usual ones; of one that others take, none yet.
func (p *planning) platformsOf(t bake.Target) (platform.Choice, error) {
	if len(t.Platforms) == 0 && t.Linked {
		return platform.Choice{From: "the targets that take it"}, nil
	}
	if len(t.Platforms) == 0 {
		none := option.Platform{}
		return none.Choose(p.proven)
	}
	choice := platform.Choice{From: "the definition"}
	var err error
	choice.Platforms, err = platform.Parse(t.Platforms)
	return choice, err
}

// checkRequest looks at what is on this machine.
func checkRequest(r request.Request) error {
	if err := r.Check(); err != nil {
		return err
	}
	file := r.File
	switch {
	case r.State != nil:
		return nil
	case r.Inline != "":
		file = "-" // it is no file
	}
	return request.CheckContext(r.Context, file)
}

// name gives a plan the drafts of the tags of its target. One without a tag has a draft of its own name for as long as
// it is tested.
func (p *planning) name(plan *build.Plan, t bake.Target) error {
	var err error
	if plan.Names, err = ref.ParseNames(t.Tags); err != nil {
		return err
	}
	for _, name := range plan.Names {
		if other, taken := p.owners[name.String()]; taken {
			return failure.Usage("its tag %q is that of the target %q, too; give one of them another",
				reference.FamiliarString(name), other)
		}
		p.owners[name.String()] = t.Name
		plan.Request.Names = append(plan.Request.Names, name.String())
		if err := platform.CheckArchTags(name.Tag(), plan.Platforms.Platforms); err != nil {
			return fmt.Errorf("naming the platforms of %q: %w", reference.FamiliarString(name), err)
		}
	}
	// what becomes no draft has no repository to be staged in
	if plan.Request.Stage, err = option.Stage(p.stage, plan.Names, p.registry.Insecure); err != nil {
		return err
	}
	if len(plan.Names) == 0 {
		const digits = 8
		plan.Scratch = true
		scratch := "multiplat.invalid/target:" + t.Name + "-" + strings.ToLower(rand.Text()[:digits])
		if plan.Names, err = ref.ParseNames([]string{scratch}); err != nil {
			return err
		}
	}
	plan.Name = plan.Names[0]
	return nil
}

// test decides how far the images of a target are taken; what is published is tested.
func (p *planning) test(plan *build.Plan, groups []string) error {
	var wanted bool
	var err error
	if plan.Wanted, wanted, err = p.tests.Wanted(); err != nil {
		return err
	}
	if p.found {
		tests := p.tests
		tests.File = "" // it need not speak of every target
		var more bool
		if plan.Own, more, err = tests.FromFile(p.file, plan.Target, groups...); err != nil {
			return err
		}
		wanted = wanted || more
	}
	if len(plan.Own) > 0 {
		plan.TestFile = p.file.Path
	}
	switch {
	case wanted || p.push:
		plan.Mode = trial.Test
	case p.load:
		plan.Mode = trial.Load
	}
	plan.Here = p.load
	plan.AtHome(homeOf(p.dockerCLI, p.builder))
	return equip(&plan.Plan, p.dockerCLI)
}
