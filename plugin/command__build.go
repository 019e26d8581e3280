package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/docker/cli/cli"
	"github.com/docker/cli/cli/command"
	dockeropts "github.com/docker/cli/opts"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

type buildOptions struct {
	builderOptions
	platformOptions
	progressOptions
	testOptions
	registryOptions
	resultOptions
	request builder.Request
	tags    []string
	load    bool
	push    bool
	dryRun  bool
	// refused is what a flag that cannot be honoured has to say, legacyResources what older flags say of --resource.
	refused         error
	legacyResources []string
	call            string
	check           bool
	emulation       emulationChoice
	line            commandLine
	format          string
}

type buildFunc func(context.Context, command.Cli, buildOptions) error

func newBuildCommand(dockerCLI command.Cli, run buildFunc) *cobra.Command {
	options := buildOptions{request: builder.Request{Ulimits: dockeropts.NewUlimitOpt(nil)}}
	cmd := &cobra.Command{
		Use:   "build [OPTIONS] PATH | URL | -",
		Short: "Build every platform into a draft, load and test it",
		Long: `Build every platform into a draft, load and test it.

A draft is the local, unpublished image of NAME:TAG. Each platform's image is loaded under NAME:TAG--ARCH;
NAME:TAG itself is not tagged locally. Nothing leaves this machine before: docker multiplat publish NAME:TAG`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.request.Context = args[0]
			options.request.Stdin = dockerCLI.In()
			options.request.Resources = append(options.legacyResources, options.request.Resources...)
			options.line = given(cmd, args)
			return run(cmd.Context(), dockerCLI, options)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	options.addBuildFlags(cmd.Flags())
	groupFlags(cmd, "Build options, as docker buildx build takes them", buildFlagGroups()...)
	return cmd
}

func (o *buildOptions) addBuildFlags(flags *pflag.FlagSet) {
	o.builderOptions.addFlags(flags)
	o.platformOptions.addFlags(flags, "Set target platforms for build")
	addProgressFlags(flags, &o.progressOptions)
	o.testOptions.addFlags(flags)
	flags.StringArrayVarP(&o.tags, "tag", "t", nil, `Image identifier (format: "[registry/]repository[:tag]")`)
	o.registryOptions.addFlags(flags)
	addResultFlags(flags, &o.resultOptions)
	flags.BoolVar(&o.load, "load", false, "Load each platform's image into the engine as NAME:TAG--ARCH")
	flags.BoolVar(&o.push, "push", false, "Test, then publish every --tag; logins are checked before the build")
	flags.BoolVar(&o.dryRun, "dry-run", false, "Print the plan and do nothing")
	flags.IntVar(
		&o.request.Jobs,
		"jobs",
		0,
		"How many platforms are built and tested at once (default: by cores and memory)",
	)
	flags.StringVar((*string)(&o.emulation), "emulation", string(emulationAllow),
		`What to do with platforms that need an emulator ("allow", "build-only", "never")`)
	addFormatFlag(flags, &o.format)
	flags.StringVar(&o.call, "call", "build", `Set method for evaluating build ("check", "outline", "targets")`)
	flags.BoolVar(&o.check, "check", false, `Shorthand for "--call=check"`)
	o.addLegacyFlags(flags)
	addRequestFlags(flags, &o.request)
}

func runBuild(ctx context.Context, dockerCLI command.Cli, options buildOptions) error {
	if err := options.validate(); err != nil {
		return err
	}
	method, asked, err := options.method()
	if err != nil {
		return err
	}
	plan, err := options.plan(dockerCLI)
	if err != nil {
		return err
	}
	switch {
	case options.dryRun:
		return showPlan(ctx, dockerCLI, plan)
	case asked:
		return askFrontend(ctx, dockerCLI, question{plan.builder, plan.request, method}, options.progressOptions)
	case !options.push:
		return options.build(ctx, dockerCLI, plan)
	}
	return options.buildAndPublish(ctx, dockerCLI, plan)
}

// showPlan prints the plan, with what the builder and the inputs say of themselves. Nothing is started.
func showPlan(ctx context.Context, dockerCLI command.Cli, plan buildPlan) error {
	seen, err := surveyBuild(ctx, hostOf(dockerCLI), plan)
	if err != nil {
		return afterBuilder(dockerCLI, err)
	}
	_, err = fmt.Fprint(dockerCLI.Out(), planText(plan, seen))
	return err
}

// askFrontend asks the Dockerfile's frontend something, and prints its answer.
func askFrontend(ctx context.Context, dockerCLI command.Cli, q question, show progressOptions) error {
	display, err := show.open(ctx, dockerCLI, fmt.Sprintf("asking %q", q.builder))
	if err != nil {
		return err
	}
	answer, err := q.ask(ctx, hostOf(dockerCLI), display)
	err = afterAsking(err)
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return interrupted(ctx, err)
	}
	if err := printAnswer(dockerCLI.Out(), q.method, answer); err != nil {
		return fmt.Errorf("printing the answer to --call %s: %w", q.method.Name, err)
	}
	if status, err := strconv.Atoi(answer["result.statuscode"]); err == nil && status != 0 && !q.method.IgnoreStatus {
		return cli.StatusError{StatusCode: status}
	}
	return nil
}

// build carries the plan out, and shows what came of it.
func (o *buildOptions) build(ctx context.Context, dockerCLI command.Cli, plan buildPlan) error {
	display, err := o.open(ctx, dockerCLI, fmt.Sprintf("building with %q", plan.builder))
	if err != nil {
		return err
	}
	result, err := runBuildPlan(ctx, hostOf(dockerCLI), plan, display)
	err = afterBuilder(dockerCLI, err)
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if ctx.Err() != nil {
		return fail(errInterrupted, errInterrupted, "", "No tag was touched; the draft says which platforms are missing.")
	}
	err = concluded(dockerCLI, result, err, o.format, o.silent())
	if err := errors.Join(err, writeReports(result, o.reports)); err != nil {
		return err
	}
	return o.write(metadataOfBuild(result))
}

// buildAndPublish asks every registry for the right to push before it builds: a missing login must not be learnt
// after an hour of building.
func (o *buildOptions) buildAndPublish(ctx context.Context, dockerCLI command.Cli, plan buildPlan) error {
	client := o.client(dockerCLI, func(message string) { say(dockerCLI, "%s", message) })
	publish := publishOptions{
		progressOptions: o.progressOptions, registryOptions: o.registryOptions, archTags: archTagsKeep, names: o.tags,
		line: o.line.only("docker multiplat publish", o.tags, transportFlags()...),
	}
	for _, name := range plan.names {
		if err := openForPush(ctx, client, name); err != nil {
			return refusedPush(name, err)
		}
	}
	if err := o.build(ctx, dockerCLI, plan); err != nil {
		return err
	}
	return runPublish(ctx, dockerCLI, publish)
}

// validate refuses what is wrong in itself; nothing is contacted.
func (o *buildOptions) validate() error {
	switch {
	case o.refused != nil:
		return o.refused
	case len(o.tags) == 0 && !o.asks():
		return usageError("a draft needs a name; give one with --tag NAME:TAG")
	case o.request.Jobs < 0:
		return usageError("--jobs %d is less than 0", o.request.Jobs)
	case !slices.Contains([]emulationChoice{emulationAllow, emulationBuildOnly, emulationNever}, o.emulation):
		return usageError("unknown --emulation %q; use allow, build-only or never", o.emulation)
	}
	if o.push && o.format != formatTable {
		return usageError("--format %q prints the outcomes in the place of the result, which --push prints; use --report "+
			"FILE or --metadata-file FILE", o.format)
	}
	return errors.Join(o.progressOptions.validate(), checkRowFormat(o.format), o.request.Check(),
		builder.CheckContext(o.request.Context, o.request.File))
}

// asks tells that the Dockerfile is to be asked something, and nothing built.
func (o *buildOptions) asks() bool { return o.check || o.call != "build" && o.call != "" }
