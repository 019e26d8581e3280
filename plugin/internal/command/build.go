package command

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

type buildOptions struct {
	option.Builder
	option.Platform
	view.Progress
	option.Test
	option.Registry
	view.ResultFiles
	request request.Request
	// reproducible is the time that --reproducible gives to everything; empty: the flag was not given.
	reproducible string
	stage        string
	tags         []string
	load         bool
	push         bool
	dryRun       bool
	// refused is what a flag that cannot be honoured has to say, legacyResources what older flags say of --resource.
	refused         error
	legacyResources []string
	call            string
	check           bool
	emulation       trial.Emulation
	line            advice.Line
	format          string
	reports         *view.Reports
}

type buildFunc func(context.Context, command.Cli, buildOptions) error

func newBuildCommand(dockerCLI command.Cli, run buildFunc) *cobra.Command {
	options := buildOptions{}
	cmd := &cobra.Command{
		Use:   "build [OPTIONS] PATH | URL | -",
		Short: "Build every platform into a draft, load and test it",
		Long: `Build every platform into a draft, load and test it.

A draft is the local, unpublished image of NAME:TAG. Each platform's image is loaded under NAME:TAG--ARCH;
NAME:TAG itself is not tagged locally. Nothing leaves this machine before: docker multiplat publish NAME:TAG`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.request.Context = args[0]
			options.request.Stdin = view.StandardInput(dockerCLI)
			options.request.Resources = append(options.legacyResources, options.request.Resources...)
			options.line = advice.Given(cmd.Name(), cmd.Flags(), args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	options.addBuildFlags(cmd.Flags())
	return cmd
}

func (o *buildOptions) addBuildFlags(flags *pflag.FlagSet) {
	o.Builder.AddFlags(flags)
	o.Platform.AddFlags(flags, "Set target platforms for build")
	option.AddProgress(flags, &o.Progress)
	o.Test.AddFlags(flags)
	flags.StringArrayVarP(&o.tags, "tag", "t", nil, `Image identifier (format: "[registry/]repository[:tag]")`)
	o.Registry.AddFlags(flags)
	option.AddResult(flags, &o.ResultFiles)
	flags.BoolVar(&o.load, "load", false, "Load each platform's image into the engine as NAME:TAG--ARCH")
	flags.BoolVar(&o.push, "push", false, "Test, then publish every --tag; logins are checked before the build")
	flags.BoolVar(&o.dryRun, "dry-run", false, "Print the plan and do nothing")
	flags.IntVar(
		&o.request.Jobs,
		"jobs",
		0,
		"How many platforms are built and tested at once (default: by cores and memory)",
	)
	flags.StringVar((*string)(&o.emulation), "emulation", string(trial.EmulationAllow),
		`What to do with platforms that need an emulator ("allow", "build-only", "never")`)
	option.AddFormat(flags, &o.format)
	flags.StringVar(&o.call, "call", "build", `Set method for evaluating build ("check", "outline", "targets")`)
	flags.BoolVar(&o.check, "check", false, `Shorthand for "--call=check"`)
	option.AddReproducible(flags, &o.reproducible)
	option.AddStage(flags, &o.stage)
	o.addLegacyFlags(flags)
	option.AddRequest(flags, &o.request)
}

// validate refuses what is wrong in itself; nothing is contacted.
func (o *buildOptions) validate() error {
	switch {
	case o.refused != nil:
		return o.refused
	case len(o.tags) == 0 && !o.asks():
		return failure.Usage("a draft needs a name; give one with --tag NAME:TAG")
	case o.request.Jobs < 0:
		return failure.Usage("--jobs %d is less than 0", o.request.Jobs)
	case o.emulation != trial.EmulationAllow && o.emulation != trial.EmulationBuildOnly &&
		o.emulation != trial.EmulationNever:
		return failure.Usage("unknown --emulation %q; use allow, build-only or never", o.emulation)
	}
	if o.push && o.format != view.FormatTable {
		return failure.Usage("--format %q prints the outcomes in the place of the result, which --push prints; use --report "+
			"FILE or --metadata-file FILE", o.format)
	}
	return errors.Join(
		o.CheckName(false),
		o.Registry.Validate(),
		o.Progress.Validate(),
		view.CheckRowFormat(o.format),
		o.request.Check(),
		request.CheckContext(o.request.Context, o.request.File),
		option.CheckOutFile("metadata-file", o.MetadataFile),
		option.CheckOutFile("iidfile", o.IidFile),
	)
}

// asks tells that the Dockerfile is to be asked something, and nothing built.
func (o *buildOptions) asks() bool { return o.check || o.call != "build" && o.call != "" }

// LegacyFlag is a hidden flag of docker buildx build, which scripts may still carry.
type LegacyFlag struct {
	Name, shorthand string
	// resource is what --resource calls it now; such a flag does what it did.
	resource string
	// instead says what to use; a flag with neither this nor a resource is without effect, as in buildx.
	instead string
	// valueless flags stand alone.
	valueless bool
}

// LegacyFlags are all of them.
func LegacyFlags() []LegacyFlag {
	return []LegacyFlag{
		{Name: "memory", shorthand: "m", resource: "memory"},
		{Name: "memory-swap", resource: "memory-swap"},
		{Name: "cpu-shares", shorthand: "c", resource: "cpu-shares"},
		{Name: "cpu-period", resource: "cpu-period"},
		{Name: "cpu-quota", resource: "cpu-quota"},
		{Name: "cpuset-cpus", resource: "cpuset-cpus"},
		{Name: "cpuset-mems", resource: "cpuset-mems"},
		{Name: "compress", valueless: true},
		{Name: "rm", valueless: true},
		{Name: "force-rm", valueless: true},
		{Name: "squash", valueless: true, instead: "BuildKit does not squash; use a multi-stage Dockerfile"},
		{Name: "isolation", instead: "BuildKit has none; leave it out"},
		{Name: "security-opt", instead: "use RUN --security=insecure with --allow security.insecure"},
		{Name: "print", instead: "use --call"},
		{Name: "output", shorthand: "o", instead: "a draft is kept in the store, --load puts it into the engine, and " +
			"publish pushes it; for other outputs use docker buildx build"},
	}
}

// legacyValue takes the value of a legacy flag to where it belongs.
type legacyValue struct {
	flag LegacyFlag
	o    *buildOptions
}

// String implements pflag.Value.
func (v legacyValue) String() string { return "" }

// Type implements pflag.Value.
func (v legacyValue) Type() string { return "string" }

// Set implements pflag.Value. What is refused is refused with the other bad input, not as an unknown flag.
func (v legacyValue) Set(text string) error {
	switch {
	case v.flag.resource != "":
		v.o.legacyResources = append(v.o.legacyResources, v.flag.resource+"="+text)
	case v.flag.instead != "" && v.o.refused == nil:
		v.o.refused = failure.Usage("--%s %q is not for this command: %s", v.flag.Name, text, v.flag.instead)
	}
	return nil
}

// addLegacyFlags binds them.
func (o *buildOptions) addLegacyFlags(flags *pflag.FlagSet) {
	for _, legacy := range LegacyFlags() {
		f := flags.VarPF(legacyValue{legacy, o}, legacy.Name, legacy.shorthand, "")
		f.Hidden = true
		if legacy.valueless {
			f.NoOptDefVal = "true"
		}
	}
}
