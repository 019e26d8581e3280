package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// plan is what both kinds of test have in common, and the platforms asked for.
func (o *testCommandOptions) plan(dockerCLI command.Cli) (p trialPlan, asked []ocispec.Platform, err error) {
	if o.emulation != emulationAllow && o.emulation != emulationNever {
		return p, nil, usageError("unknown --emulation %q; use allow or never", o.emulation)
	}
	if o.jobs < 0 {
		return p, nil, usageError("--jobs %d is less than 0", o.jobs)
	}
	if err := errors.Join(
		o.progressOptions.validate(),
		checkRowFormat(o.format),
		o.registryOptions.validate(),
	); err != nil {
		return p, nil, err
	}
	p = trialPlan{mode: testMode, reuse: !o.noCache, emulation: o.emulation, jobs: o.jobs}
	if p.tests, _, err = o.spec(); err != nil {
		return p, nil, err
	}
	if p.allowForeign, err = o.allowed(); err != nil {
		return p, nil, err
	}
	if err = o.checkManual(dockerCLI, p.tests); err != nil {
		return p, nil, err
	}
	if o.manual {
		p.mode = manualMode
	}
	p.tests.HostEnv, p.tests.Advice = hostOf(dockerCLI).hostEnv(), testAdvice()
	if len(o.values) > 0 {
		asked, err = manifest.ParsePlatforms(o.values)
	}
	return p, asked, err
}

// checkManual refuses --manual where nobody can be asked, and beside tests, which are run without it.
func (o *testCommandOptions) checkManual(dockerCLI command.Cli, spec localtest.Spec) error {
	switch {
	case !o.manual:
		return nil
	case spec.Asked() || o.local || o.runs():
		return usageError("--manual runs no tests; run docker multiplat test without it for those, before or after")
	case !interactive(dockerCLI):
		return usageError("--manual asks whoever looks at the image, and there is no terminal; " +
			"run it on one, or leave it out to have tests run")
	}
	return nil
}

func runTest(ctx context.Context, dockerCLI command.Cli, options testCommandOptions) error {
	plan, asked, err := options.plan(dockerCLI)
	if err != nil {
		return err
	}
	named, err := reference.ParseNormalizedNamed(options.name)
	if err != nil {
		return usageError("invalid reference %q: %s; give it as NAME[:TAG] or NAME@DIGEST", options.name, err)
	}
	if canonical, ok := named.(reference.Canonical); ok {
		if options.format != formatTable {
			return usageError("--format %q prints the outcomes in the place of the result, which for an image in a registry is "+
				"its new digest; use --report FILE", options.format)
		}
		plan.name, plan.reuse = canonical, false
		return options.testPublished(ctx, dockerCLI, plan, asked)
	}
	name, err := parseName(options.name)
	if err != nil {
		return err
	}
	plan.name = name
	return options.testDraft(ctx, dockerCLI, buildPlan{
		trialPlan: plan, names: []reference.NamedTagged{name}, platforms: manifest.PlatformChoice{Platforms: asked},
	})
}

// testDraft tests the images of a draft as if they had just been built.
func (o *testCommandOptions) testDraft(ctx context.Context, dockerCLI command.Cli, plan buildPlan) error {
	h := hostOf(dockerCLI)
	return h.withStore(func(s *store.Store) error {
		d, err := s.Draft(ctx, plan.names[0])
		name := reference.FamiliarString(plan.name)
		if errors.Is(err, store.ErrNoDraft) {
			return fail(store.ErrNoDraft, err, "docker multiplat build --test-local -t "+name+" PATH")
		}
		if err != nil {
			return err
		}
		test, err := openDraft(h, s, plan, d)
		if err != nil {
			return err
		}
		return o.during(ctx, dockerCLI, "testing "+name, test)
	})
}

// testPublished pulls the image at a digest, tests it, and pushes the record of what passed beside it.
func (o *testCommandOptions) testPublished(
	ctx context.Context, dockerCLI command.Cli, plan trialPlan, asked []ocispec.Platform,
) error {
	client := hostOf(dockerCLI).registries(o.trust(), func(message string) { say(dockerCLI, "%s", message) })
	test, err := openPublished(ctx, hostOf(dockerCLI), client, plan, asked)
	if err != nil {
		return fail(nil, fmt.Errorf("reading %q: %w", o.name, interrupted(ctx, err)), "", "No tag was touched.")
	}
	if err := o.during(ctx, dockerCLI, "testing "+reference.FamiliarString(plan.name), registryTest{test}); err != nil {
		return err
	}
	recorded, err := test.push(ctx)
	if err != nil {
		return err
	}
	return showRecorded(dockerCLI, recorded)
}

// testRun is the test of a draft, or of what is published, in its steps.
type testRun interface {
	// Try tests what was chosen.
	Try(ctx context.Context, pw progress.Writer) error
	// Ask has a person try what was loaded.
	Ask(ctx context.Context, who person) error
	// Conclude writes down what is known in the end.
	Conclude(ctx context.Context, result buildResult) (buildResult, error)
	// Result is what is known so far.
	Result() buildResult
}

// registryTest is the test of what is published as a [testRun]; it is concluded by a push, which is told apart.
type registryTest struct{ *publishedTest }

// Conclude implements testRun.
func (t registryTest) Conclude(_ context.Context, result buildResult) (buildResult, error) {
	return result, nil
}

// Result implements testRun.
func (t registryTest) Result() buildResult { return resultOfTest(t.plan, t.outcomes) }

// during shows the tests while they run, has people look where that was asked for, and shows what came of it.
func (o *testCommandOptions) during(ctx context.Context, dockerCLI command.Cli, what string, test testRun) error {
	display, err := o.open(ctx, dockerCLI, what)
	if err != nil {
		return err
	}
	err = test.Try(ctx, display)
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err == nil && o.manual && ctx.Err() == nil {
		err = test.Ask(ctx, newInterview(dockerCLI, defaultTester(ctx)))
	}
	result := test.Result()
	if err == nil {
		result, err = test.Conclude(ctx, result)
	}
	if ctx.Err() != nil {
		return fail(errInterrupted, errInterrupted, "", "No tag was touched; verdicts recorded before are still there.")
	}
	err = concluded(dockerCLI, result, err, o.format, o.silent())
	return errors.Join(err, writeReports(result, o.reports))
}
