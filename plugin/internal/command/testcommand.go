package command

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

type testCommandOptions struct {
	option.Platform
	view.Progress
	option.Test
	option.Registry
	jobs      int
	emulation trial.Emulation
	manual    bool
	format    string
	name      string
	line      advice.Line
	// tell shows a line, by the display while there is one.
	tell func(line string)
}

type testFunc func(context.Context, command.Cli, testCommandOptions) error

func newTestCommand(dockerCLI command.Cli, run testFunc) *cobra.Command {
	var options testCommandOptions
	cmd := &cobra.Command{
		Use:   "test [OPTIONS] NAME[:TAG]|NAME@DIGEST",
		Short: "Load and test a draft, or a registry image, without building",
		Long: `Load and test a draft, or a registry image, without building.

A draft is the local, unpublished image of NAME:TAG, made by docker multiplat build. Its platforms are loaded and
tested as build --test-local does it, and the verdicts are recorded in it: what passes may be published. Where no test
is asked for, the tests that the draft was last put to are repeated, and those that its images have failed. An image
that has failed is passed by the same tests or more, under whatever name; with weaker ones it stays failed, and says so.
A test file or script whose content is another, another value of --test-env, and another network or sandbox make other
tests; a smoke test that failed is run beside the tests that are named. A new image begins anew, and so does one whose
drafts were removed.

NAME@DIGEST is an image in a registry, tested on another machine than the one that built it, such as one that needs no
emulator. When its tests pass, they are recorded in a new index that is pushed beside it by digest and printed; no tag
is touched. An index is tested for the platforms this engine needs no emulator for, unless --platform says otherwise.

With --manual no test is run: each platform is loaded, and you are asked what came of trying it by hand, and who has
looked. That is recorded as a test is, beside what tests have said before. Nobody is asked about an image that has
failed tests: a look makes up for none.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.name, options.line = args[0], advice.Given(cmd.Name(), cmd.Flags(), args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.Platform.AddFlags(flags, "Test these platforms only")
	option.AddProgress(flags, &options.Progress)
	options.Test.AddFlags(flags)
	options.Registry.AddFlags(flags)
	flags.IntVar(&options.jobs, "jobs", 0, "How many platforms are tested at once (default: by cores and memory)")
	flags.StringVar((*string)(&options.emulation), "emulation", string(trial.EmulationAllow),
		`What to do with platforms that need an emulator ("allow", "never")`)
	flags.BoolVar(&options.manual, "manual", false,
		"Ask on the terminal what came of trying each platform by hand, and record who has looked")
	option.AddFormat(flags, &options.format)
	return cmd
}

// plan is what both kinds of test have in common, and the platforms asked for.
func (o *testCommandOptions) plan(dockerCLI command.Cli) (p trial.Plan, asked []ocispec.Platform, err error) {
	if o.emulation != trial.EmulationAllow && o.emulation != trial.EmulationNever {
		return p, nil, failure.Usage("unknown --emulation %q; use allow or never", o.emulation)
	}
	if o.jobs < 0 {
		return p, nil, failure.Usage("--jobs %d is less than 0", o.jobs)
	}
	if err := errors.Join(
		o.Progress.Validate(),
		view.CheckRowFormat(o.format),
		o.Registry.Validate(),
	); err != nil {
		return p, nil, err
	}
	o.Note(o.line.Names())
	p = trial.Plan{Mode: trial.Test, Reuse: !o.NoCache, Emulation: o.emulation, Jobs: o.jobs, Trust: o.Trust()}
	if p, err = testsOf(o.Test, p); err != nil {
		return p, nil, err
	}
	if err = o.checkManual(dockerCLI, p); err != nil {
		return p, nil, err
	}
	if o.manual {
		p.Mode = trial.Manual
	}
	if err := equip(&p, dockerCLI); err != nil {
		return p, nil, err
	}
	if o.Values != nil {
		asked, err = platform.Parse(o.Values)
	}
	return p, asked, err
}

// testsOf puts the tests of a test group into a plan, and those of its test file.
func testsOf(o option.Test, p trial.Plan) (trial.Plan, error) {
	var err error
	if p.Wanted, _, err = o.Wanted(); err != nil || o.File == "" || o.File == option.NoTestFile {
		return p, err
	}
	file, err := testfile.Read(o.File)
	if err != nil {
		return p, failure.Usage("--test-file: %w", err)
	}
	p.Own, _, err = o.FromFile(file, testfile.DefaultTarget)
	return p, err
}
