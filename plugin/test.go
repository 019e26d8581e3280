package plugin

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
	"golang.org/x/sync/semaphore"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

type testCommandOptions struct {
	platformOptions
	progressOptions
	testOptions
	registryOptions
	jobs      int
	emulation string
	manual    bool
	format    string
	name      string
}

type testFunc func(context.Context, command.Cli, testCommandOptions) error

func newTestCommand(dockerCLI command.Cli, run testFunc) *cobra.Command {
	var options testCommandOptions
	cmd := &cobra.Command{
		Use:   "test [OPTIONS] NAME[:TAG]|NAME@DIGEST",
		Short: "Load and test a draft, or a registry image, without building",
		Long: `Load and test a draft, or a registry image, without building.

A draft is the local, unpublished image of NAME:TAG, made by docker multiplat build. Its platforms are loaded and
tested as build --test-local does it, and the verdicts are recorded in it: what passes may be published.

NAME@DIGEST is an image in a registry, tested on another machine than the one that built it, such as one that needs no
emulator. When its tests pass, they are recorded in a new index that is pushed beside it by digest and printed; no tag
is touched. An index is tested for the platforms this engine needs no emulator for, unless --platform says otherwise.

With --manual no test is run: each platform is loaded, and you are asked what came of trying it by hand, and who has
looked. That is recorded as a test is, beside what tests have said before.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.name = args[0]
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.platformOptions.addFlags(flags, "Test these platforms only")
	options.progressOptions.addFlags(flags)
	options.testOptions.addFlags(flags)
	options.registryOptions.addFlags(flags)
	flags.IntVar(&options.jobs, "jobs", 0, "How many platforms are tested at once (default: by cores and memory)")
	flags.StringVar(&options.emulation, "emulation", emulationAllow,
		`What to do with platforms that need an emulator ("allow", "never")`)
	flags.BoolVar(&options.manual, "manual", false,
		"Ask on the terminal what came of trying each platform by hand, and record who has looked")
	addFormatFlag(flags, &options.format)
	groupFlags(cmd, "Other options", flagGroup{"Image", []string{"platform", "insecure-registry"}}, testFlagGroup())
	return cmd
}

// plan is what both kinds of test have in common.
func (o *testCommandOptions) plan(dockerCLI command.Cli) (p buildPlan, err error) {
	if o.emulation != emulationAllow && o.emulation != emulationNever {
		return p, usageError("unknown --emulation %q; use allow or never", o.emulation)
	}
	if o.jobs < 0 {
		return p, usageError("--jobs %d is less than 0", o.jobs)
	}
	if err := errors.Join(
		o.progressOptions.validate(),
		checkRowFormat(o.format),
		o.registryOptions.validate(),
	); err != nil {
		return p, err
	}
	p = buildPlan{load: true, test: true, noTestCache: o.noCache, emulation: o.emulation}
	if p.tests, _, err = o.spec(); err != nil {
		return p, err
	}
	if p.allowForeign, err = o.allowed(); err != nil {
		return p, err
	}
	if err = o.checkManual(dockerCLI, p.tests); err != nil {
		return p, err
	}
	p.manual, p.test = o.manual, !o.manual
	p.tests.HostEnv = hostOf(dockerCLI).hostEnv()
	if len(o.values) > 0 {
		p.platforms, err = manifest.ParsePlatforms(o.values)
	}
	return p, err
}

func runTest(ctx context.Context, dockerCLI command.Cli, options testCommandOptions) error {
	plan, err := options.plan(dockerCLI)
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
		return options.testPublished(ctx, dockerCLI, plan, canonical)
	}
	name, err := parseName(options.name)
	if err != nil {
		return err
	}
	plan.names = []reference.NamedTagged{name}
	return withStore(dockerCLI, func(s *store.Store) error {
		draft, err := s.Draft(ctx, name)
		if errors.Is(err, store.ErrNoDraft) {
			return fail(store.ErrNoDraft, err, "docker multiplat build --test-local -t "+reference.FamiliarString(name)+" PATH")
		}
		if err != nil {
			return err
		}
		return options.testDraft(ctx, dockerCLI, plan, draft, s)
	})
}

// testDraft tests the images of a draft as if they had just been built.
func (o *testCommandOptions) testDraft(
	ctx context.Context, dockerCLI command.Cli, plan buildPlan, draft store.Draft, s *store.Store,
) error {
	images := draft.Select(plan.platforms)
	for _, image := range images {
		if image.Manifest.Digest == "" && len(plan.platforms) > 0 {
			return usageError("--platform %s is not in the draft %s, which has %s", manifest.FormatPlatform(image.Platform),
				reference.FamiliarString(draft.Name), manifest.PlatformList(manifest.Platforms(draft.Images)))
		}
	}
	plan.platforms = manifest.Platforms(images)
	b := &building{plan: plan, dockerCLI: dockerCLI, store: s, auditor: newAuditor(s), format: o.format}
	what := "testing " + reference.FamiliarString(draft.Name)
	return o.during(ctx, b, what, func() error {
		return b.each(ctx, images, func(image manifest.Image) { b.again(ctx, draft, image) })
	}, func(ctx context.Context, row *platformResult) error { return b.keepLook(ctx, draft, row) })
}

// during shows the tests while they run, has people look where that was asked for, and shows what came of it.
func (o *testCommandOptions) during(
	ctx context.Context, b *building, what string, run func() error, keep keepFunc,
) error {
	display, err := o.open(ctx, b.dockerCLI, what)
	if err != nil {
		return err
	}
	b.display = display
	if err = b.openEngine(ctx); err == nil {
		jobs := o.jobs
		if jobs == 0 {
			jobs = b.engine.Jobs()
		}
		b.slots = semaphore.NewWeighted(int64(jobs))
		err = run()
	}
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err == nil && b.plan.manual && ctx.Err() == nil {
		err = b.lookByHand(ctx, keep)
	}
	if err == nil && b.store != nil {
		err = b.conclude(ctx)
	}
	if ctx.Err() != nil {
		return fail(errInterrupted, errInterrupted, "", "No tag was touched; verdicts recorded before are still there.")
	}
	err = b.report(err, o.progressOptions)
	return errors.Join(err, b.writeReports(o.reports))
}
