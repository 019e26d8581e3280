package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/bake"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// bakeOptions are what was asked for.
type bakeOptions struct {
	definition option.Definition
	overrides  option.Overrides
	allow      []string
	builder    option.Builder
	platforms  option.Platform
	progress   view.Progress
	tests      option.Test
	registry   option.Registry
	metadata   string
	stage      string
	load, push bool
	print      bool
	list       string
	jobs       int
	emulation  trial.Emulation
	args       []string
	line       advice.Line
	// files are the definitions, where they can be read again.
	files []string

	method request.Method
	asks   bool

	reports *view.Reports
}

type bakeFunc func(context.Context, command.Cli, bakeOptions) error

func newBakeCommand(dockerCLI command.Cli, run bakeFunc) *cobra.Command {
	options := bakeOptions{}
	cmd := &cobra.Command{
		Use:   "bake [OPTIONS] [URL] [TARGET...]",
		Short: "Build the targets of a bake or compose file into drafts",
		Long: `Build the targets of a bake or compose file into drafts, load and test them.

The file is read as docker buildx bake reads it; --print shows the same. Each target becomes a draft under each of
its tags, for the platforms it names; one without tags is built and tested, and becomes none. A target that fails
does not keep the others, but those that need it. With --push every draft is published when all of them have passed.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			options.args, options.line = args, advice.Given(cmd.Name(), cmd.Flags(), args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	options.addFlags(cmd.Flags())
	return cmd
}

func (o *bakeOptions) addFlags(flags *pflag.FlagSet) {
	o.definition.AddFlags(flags)
	o.overrides.AddFlags(flags)
	flags.StringArrayVar(&o.allow, "allow", nil, "Allow build to access specified resources")
	flags.BoolVar(&o.print, "print", false, "Print the options without building")
	flags.StringVar(&o.list, "list", "", "List targets or variables")
	o.builder.AddFlags(flags)
	o.platforms.AddFlags(flags, "Set the platforms of every target")
	option.AddProgress(flags, &o.progress)
	o.tests.AddFlags(flags)
	o.registry.AddFlags(flags)
	flags.StringVar(&o.metadata, "metadata-file", "", "Write build result metadata to a file, by target")
	flags.BoolVar(&o.load, "load", false, "Load each platform's image into the engine as NAME:TAG--ARCH")
	option.AddStage(flags, &o.stage)
	flags.BoolVar(&o.push, "push", false, "Test, then publish every tag together; logins are checked before the build")
	flags.IntVar(&o.jobs, "jobs", 0,
		"How many platforms of all targets are built and tested at once (default: by cores and memory)")
	flags.StringVar((*string)(&o.emulation), "emulation", string(trial.EmulationAllow),
		`What to do with platforms that need an emulator ("allow", "build-only", "never")`)
	flags.Lookup("check").NoOptDefVal = "true"
}

// bakeFlagGroups are the headings of bake.
func bakeFlagGroups() []flagGroup {
	return []flagGroup{
		{"Definition", []string{"file", "set", "var", "print", "list"}},
		{
			"Drafts",
			[]string{"platform", "load", "stage", "jobs", "emulation", "builder", "metadata-file", "progress", "quiet"},
		},
		testFlagGroup(),
		{"Publishing", []string{"push", "insecure-registry", "retry-timeout"}},
	}
}

// validate refuses what is wrong in itself; nothing is contacted.
func (o *bakeOptions) validate() (err error) {
	switch {
	case o.jobs < 0:
		return failure.Usage("--jobs %d is less than 0", o.jobs)
	case o.emulation != trial.EmulationAllow && o.emulation != trial.EmulationBuildOnly &&
		o.emulation != trial.EmulationNever:
		return failure.Usage("unknown --emulation %q; use allow, build-only or never", o.emulation)
	case o.print && o.list != "":
		return failure.Usage("--print and --list exclude each other")
	case slices.Contains(o.args, ""):
		return failure.Usage(`"" is the name of no target; %s lists those there are`, advice.Command("bake --list targets"))
	}
	if o.list != "" || slices.Contains(o.line.Names(), "list") {
		if _, err := bake.ParseListing(o.list); err != nil {
			return err
		}
	}
	o.method, o.asks, err = request.ParseMethod(o.overrides.Method())
	if err == nil && o.platforms.Values != nil {
		_, err = o.platforms.Choose(nil)
	}
	return errors.Join(err, o.builder.CheckName(false), o.progress.Validate(), o.registry.Validate(),
		option.CheckOutFile("metadata-file", o.metadata))
}

// sets are --set, and the flags that stand for it, in the order of docker buildx bake.
func (o *bakeOptions) sets() []bake.Set {
	sets := bake.SetsOf(o.definition.Sets)
	if o.push {
		sets = append(sets, bake.Set{Text: "*.push=true", Said: "--push"})
	}
	if o.load {
		sets = append(sets, bake.Set{Text: "*.load=true", Said: "--load"})
	}
	call := ""
	if o.asks {
		call = o.method.Name
	}
	sets = append(sets, o.overrides.Sets(call)...)
	for _, p := range o.platforms.Values {
		sets = append(sets, bake.Set{Text: "*.platform=" + p, Said: "--platform " + visible.Quote(p)})
	}
	return sets
}

// read reads the definitions. Only for those that are elsewhere the builder is started.
func (o *bakeOptions) read(ctx context.Context, dockerCLI command.Cli) (*bake.Definitions, error) {
	r := bake.Request{
		Args: o.args, Files: o.definition.Files, Sets: o.sets(), Vars: o.definition.Vars, Allow: o.allow,
		Policies: o.overrides.Policies, Stdin: view.StandardInput(dockerCLI),
	}
	if !bake.Remote(o.args) {
		return bake.Read(ctx, HostOf(dockerCLI), r, nil)
	}
	var err error
	if r.Builder, err = advice.ResolveBuilder(HostOf(dockerCLI), o.builder.Name); err != nil {
		return nil, err
	}
	display, err := o.progress.Open(ctx, dockerCLI, fmt.Sprintf("reading %q", request.Place(o.args[0])))
	if err != nil {
		return nil, err
	}
	d, err := bake.Read(ctx, HostOf(dockerCLI), r, display)
	if shown := display.Wait(); err == nil {
		err = shown
	}
	return d, failure.Interrupted(ctx, advice.AfterBuilder(HostOf(dockerCLI).Builders().DefaultName(), err))
}

// runBake bakes.
func runBake(ctx context.Context, dockerCLI command.Cli, options bakeOptions) error {
	if err := options.validate(); err != nil {
		return err
	}
	definitions, err := options.read(ctx, dockerCLI)
	if err != nil {
		return err
	}
	if options.list != "" {
		listing, err := bake.ParseListing(options.list)
		if err != nil {
			return err
		}
		text, err := definitions.List(listing)
		if err != nil {
			return err
		}
		return view.Definition(dockerCLI, text)
	}
	if !options.progress.Silent() {
		for _, name := range definitions.Unheard() {
			view.Say(dockerCLI, "--var %s: the definition has no such variable, and it changes nothing", visible.Quote(name))
		}
	}
	if options.print {
		return options.printed(ctx, dockerCLI, definitions)
	}
	ready, err := options.prepare(ctx, dockerCLI, definitions)
	if err != nil {
		return definitions.Blame(err, func(d *bake.Definitions) error {
			_, err := options.prepare(ctx, dockerCLI, d)
			return err
		})
	}
	return options.carryOut(ctx, dockerCLI, ready)
}

// printed prints what was resolved.
func (o *bakeOptions) printed(ctx context.Context, dockerCLI command.Cli, definitions *bake.Definitions) error {
	resolved, err := definitions.Resolve(ctx)
	if err != nil {
		return definitions.Blame(err, func(d *bake.Definitions) error {
			_, err := d.Resolve(ctx)
			return err
		})
	}
	text, err := resolved.Print()
	if err != nil {
		return fmt.Errorf("printing the definition: %w", err)
	}
	return view.Definition(dockerCLI, text)
}
