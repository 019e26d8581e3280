package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
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
is touched. An index is tested for the platforms this engine needs no emulator for, unless --platform says otherwise.`,
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
	p.tests.HostEnv = hostEnv(dockerCLI)
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
	images := imagesOf(draft, plan.platforms)
	for _, image := range images {
		if image.Manifest.Digest == "" && len(plan.platforms) > 0 {
			return usageError("--platform %s is not in the draft %s, which has %s", manifest.FormatPlatform(image.Platform),
				reference.FamiliarString(draft.Name), joined(platformsIn(draft)))
		}
	}
	plan.platforms = platformsOf(images)
	b := &building{plan: plan, dockerCLI: dockerCLI, store: s, auditor: newAuditor(s), format: o.format}
	return o.during(ctx, b, "testing "+reference.FamiliarString(draft.Name), func() error {
		return errors.Join(b.each(ctx, images, func(image manifest.Image) { b.again(ctx, draft, image) }), b.conclude(ctx))
	})
}

// during shows the tests while they run, and what came of them.
func (o *testCommandOptions) during(ctx context.Context, b *building, what string, run func() error) error {
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
	if ctx.Err() != nil {
		return fail(errInterrupted, errInterrupted, "", "No tag was touched; verdicts recorded before are still there.")
	}
	err = b.report(err, o.progressOptions)
	return errors.Join(err, b.writeReports(o.reports))
}

func platformsOf(images []manifest.Image) []ocispec.Platform {
	out := make([]ocispec.Platform, 0, len(images))
	for _, image := range images {
		out = append(out, image.Platform)
	}
	return out
}

// platformsIn lists the platforms a draft holds.
func platformsIn(draft store.Draft) []ocispec.Platform { return platformsOf(draft.Images) }

// each calls try for every image, as many at once as there are slots, and waits for all.
func (b *building) each(ctx context.Context, images []manifest.Image, try func(manifest.Image)) error {
	done := make(chan struct{}, len(images))
	for _, image := range images {
		go func() {
			defer func() { done <- struct{}{} }()
			if b.slots.Acquire(ctx, 1) != nil {
				return // interrupted, which is told in the end
			}
			defer b.slots.Release(1)
			try(image)
		}()
	}
	for range images {
		<-done
	}
	return b.failure
}

// again tests one image of a draft and notes the outcome. What says nothing of the image leaves the draft as it is.
func (b *building) again(ctx context.Context, draft store.Draft, image manifest.Image) {
	asked := image.Platform
	if i := slices.IndexFunc(draft.Platforms, func(p ocispec.Platform) bool { return answers(asked, p) }); i >= 0 {
		asked = draft.Platforms[i]
	}
	row := platformResult{platform: image.Platform, source: draft.Notes[manifest.FormatPlatform(asked)].Source}
	var broke, err error
	if image.Manifest.Digest == "" || stale(draft, image.Platform) {
		broke = missing(draft, asked)
	} else {
		broke = b.tryAgain(ctx, image, &row)
	}
	if broke != nil {
		row.verdict, row.reason, row.err = broken, broke.Error(), broke
	} else {
		noted := row
		noted.platform = asked
		err = b.note(ctx, noted)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.results = append(b.results, row)
	b.failure = errors.Join(b.failure, err)
}

func (b *building) tryAgain(ctx context.Context, image manifest.Image, row *platformResult) error {
	now := built{image: image}
	var err error
	if now.manifest, now.config, err = b.store.Image(ctx, image.Manifest); err != nil {
		return fmt.Errorf("reading the image for %s: %w", manifest.FormatPlatform(image.Platform), err)
	}
	row.config = now.manifest.Config.Digest
	if err := b.audit(ctx, &now, row); err != nil {
		return err
	}
	if len(row.audit.Errors()) == 0 {
		if err := b.tryOut(ctx, &now, row); err != nil {
			return err
		}
	}
	row.image = &now.image
	return nil
}
