package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// checkManual refuses --manual where nobody can be asked, and beside tests, which are run without it.
func (o *testCommandOptions) checkManual(dockerCLI command.Cli, p trial.Plan) error {
	switch {
	case !o.manual:
		return nil
	case p.Asks() || o.Local || o.Runs():
		return failure.Usage("--manual runs no tests; run docker multiplat test without it for those, before or after")
	case !view.Interactive(dockerCLI):
		return failure.Usage("--manual asks whoever looks at the image, and there is no terminal; " +
			"run it on one, or leave it out to have tests run")
	}
	return nil
}

func runTest(ctx context.Context, dockerCLI command.Cli, options testCommandOptions) error {
	plan, asked, err := options.plan(dockerCLI)
	if err != nil {
		return err
	}
	sayNotes(dockerCLI, options.Notes())
	named, err := reference.ParseNormalizedNamed(options.name)
	if err != nil {
		return ref.Invalid(options.name, "NAME[:TAG] or NAME@DIGEST", err)
	}
	if canonical, ok := named.(reference.Canonical); ok {
		if options.format != view.FormatTable {
			return failure.Usage(
				"--format %q prints the outcomes in the place of the result, which for an image in a registry is "+
					"its new digest; use --report FILE",
				options.format,
			)
		}
		plan.Name, plan.Reuse = canonical, false
		return options.testPublished(ctx, dockerCLI, plan, asked)
	}
	name, err := ref.ParseName(options.name)
	if err != nil {
		return err
	}
	plan.Name = name
	return options.testDraft(ctx, dockerCLI, build.Plan{
		Plan: plan, Names: []reference.NamedTagged{name}, Platforms: platform.Choice{Platforms: asked},
	})
}

// testPublished pulls the image at a digest, tests it, and pushes the record of what passed beside it.
func (o *testCommandOptions) testPublished(
	ctx context.Context, dockerCLI command.Cli, plan trial.Plan, asked []ocispec.Platform,
) error {
	if err := o.CheckOn(asked); err != nil && len(asked) > 0 {
		return err
	}
	o.tell = func(message string) { view.Say(dockerCLI, "%s", message) }
	plan.AtHome(homeOf(dockerCLI, builderOf(HostOf(dockerCLI), draft.Draft{})))
	client := HostOf(dockerCLI).Registries(o.Trust(), func(message string) { o.tell(message) })
	test, err := trial.OpenPublished(ctx, HostOf(dockerCLI), client, plan, asked)
	if err != nil {
		return failure.Wrap(
			nil,
			fmt.Errorf("reading %q: %w", o.name, failure.Interrupted(ctx, err)),
			"",
			"No tag was touched.",
		)
	}
	if err := o.during(ctx, dockerCLI, "testing "+reference.FamiliarString(plan.Name), registryTest{test}); err != nil {
		return err
	}
	recorded, err := test.Push(ctx)
	if err != nil {
		return err
	}
	return view.Recorded(dockerCLI, recorded)
}

// testRun is the test of a draft, or of what is published, in its steps.
type testRun interface {
	// Try tests what was chosen.
	Try(ctx context.Context, pw progress.Writer) error
	// Ask has a person try what was loaded.
	Ask(ctx context.Context, who trial.Person) error
	// Conclude writes down what is known in the end.
	Conclude(ctx context.Context, result build.Result) (build.Result, error)
	// Result is what is known so far.
	Result() build.Result
}

// registryTest is the test of what is published as a [testRun]; it is concluded by a push, which is told apart.
type registryTest struct{ *trial.PublishedTest }

// Conclude implements testRun.
func (t registryTest) Conclude(_ context.Context, result build.Result) (build.Result, error) {
	return result, nil
}

// Result implements testRun.
func (t registryTest) Result() build.Result { return build.ResultOfTest(t.Plan, t.Outcomes) }

// during shows the tests while they run, has people look where that was asked for, and shows what came of it.
func (o *testCommandOptions) during(ctx context.Context, dockerCLI command.Cli, what string, test testRun) error {
	reports := &view.Reports{Files: o.Reports, Shown: &o.Progress}
	reports.Remember()
	display, err := o.Open(ctx, dockerCLI, what)
	if err != nil {
		return err
	}
	said := o.tell
	o.tell = display.Note
	err = test.Try(ctx, display)
	o.tell = said
	if ctx.Err() == nil && !o.manual && view.RowsFollow(test.Result(), o.format, o.Silent()) {
		display.GiveWay()
	}
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err == nil && o.manual && ctx.Err() == nil {
		err = test.Ask(ctx, view.NewInterview(dockerCLI, trial.DefaultTester(ctx)))
	}
	result := test.Result()
	if err == nil {
		result, err = test.Conclude(ctx, result)
	}
	if ctx.Err() != nil {
		return failure.Wrap(
			failure.ErrInterrupted,
			failure.ErrInterrupted,
			"",
			"No tag was touched; verdicts recorded before are still there.",
		)
	}
	err = conclusion{dockerCLI, o.format, o.Showing(), o.line}.concluded(result, err)
	return errors.Join(err, reports.Write([]build.Result{result}, err))
}
