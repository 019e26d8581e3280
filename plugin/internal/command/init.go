package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// initOptions are the flags of init.
type initOptions struct {
	option.Builder
	option.Platform
	view.Progress
	request machine.InitRequest
	nodes   []string
	dryRun  bool
	format  string
}

// initFunc carries init out.
type initFunc func(context.Context, command.Cli, initOptions) error

// newInitCommand is docker multiplat init.
func newInitCommand(dockerCLI command.Cli, run initFunc) *cobra.Command {
	var options initOptions
	cmd := &cobra.Command{
		Use:   "init [OPTIONS]",
		Short: "Set up emulators and a builder, and prove that they work",
		Long: `Set up emulators and a builder, and prove that they work.

Missing emulators are installed through a privileged container, which changes the kernel of the engine's host for
all its users until it restarts. The builder's container is privileged as well, and stays. Then a program of every
platform is run in the engine and in the builder: what the table says has been seen. Without --platform what an earlier
init has proven is prepared again, together with the default. The "experimental": true in daemon.json that older
recipes ask for is not needed.

What it has made, docker multiplat deinit takes away again.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	options.addInitFlags(cmd.Flags())
	return cmd
}

// addInitFlags binds the flags.
func (o *initOptions) addInitFlags(flags *pflag.FlagSet) {
	o.Builder.AddFlags(flags)
	o.Platform.AddFlags(flags, `Platforms to prepare for ("all": every one that has an emulator)`)
	option.AddProgress(flags, &o.Progress)
	flags.StringVar(&o.request.BinfmtImage, "binfmt-image", binfmt.DefaultImage, "Image that installs the emulators")
	flags.StringVar(&o.request.BuildkitImage, "buildkit-image", "", "BuildKit image of a new builder")
	flags.StringVar(&o.request.Driver, "driver", "",
		`Driver of a new builder ("docker-container", "remote", "kubernetes"; default: what the nodes are)`)
	flags.StringArrayVar(&o.request.DriverOpts, "driver-opt", nil, "Options for the driver of a new builder")
	flags.StringVar(&o.request.BuildkitdFlags, "buildkitd-flags", "", "BuildKit daemon flags of a new builder")
	flags.StringVar(&o.request.ConfigFile, "buildkitd-config", "", "BuildKit daemon config file of a new builder")
	flags.StringArrayVar(&o.nodes, "node", nil,
		`Build a platform elsewhere (format: "PLATFORM[+PLATFORM...]=ENDPOINT[,DRIVER-OPT...]", where ENDPOINT is `+
			`CONTEXT, ssh://HOST, tcp://HOST:PORT or kubernetes)`)
	flags.StringArrayVar(&o.request.RemoveNodes, "remove-node", nil, "Remove a node, by name or endpoint, and its cache")
	flags.BoolVar(&o.request.Use, "use", false, "Set the builder as the current one of buildx")
	flags.BoolVar(&o.request.Recreate, "recreate", false, "Replace a builder that is not as asked for; its cache stays")
	flags.BoolVar(&o.request.Persist, "persist", false, "Register the emulators again whenever the engine starts")
	flags.BoolVar(&o.dryRun, "dry-run", false, "Print the plan and change nothing")
	option.AddFormat(flags, &o.format)
}

// validate refuses what is wrong in itself.
func (o *initOptions) validate() error {
	if o.request.BuildkitImage != "" && slices.ContainsFunc(o.request.DriverOpts, func(opt string) bool {
		return len(opt) > len("image=") && opt[:len("image=")] == "image="
	}) {
		return failure.Usage("--buildkit-image %q and --driver-opt image= say the same; give one", o.request.BuildkitImage)
	}
	if slices.Contains(o.request.RemoveNodes, "") {
		return failure.Usage(`--remove-node "" names no node; give its name or endpoint`)
	}
	images := map[string]string{"--binfmt-image": o.request.BinfmtImage, "--buildkit-image": o.request.BuildkitImage}
	for flag, image := range images {
		if _, err := reference.ParseNormalizedNamed(image); err != nil && (image != "" || flag == "--binfmt-image") {
			return failure.Usage("invalid %s %q: %s", flag, image, err)
		}
	}
	return errors.Join(o.Validate(), view.CheckRowFormat(o.format))
}

// nodeSpecs reads --node.
func (o *initOptions) nodeSpecs() ([]create.NodeSpec, error) {
	var specs []create.NodeSpec
	for _, text := range o.nodes {
		spec, err := create.ParseNode(text)
		if err != nil {
			return nil, fmt.Errorf("--node %w", err)
		}
		declared, err := platform.Parse(spec.Platforms)
		if err != nil {
			return nil, failure.Usage("--node %q: %s", create.ShownNode(text), err)
		}
		spec.Platforms = nil
		for _, p := range declared {
			spec.Platforms = append(spec.Platforms, platform.Format(p))
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

// parse makes the request of what was typed.
func (o *initOptions) parse() (r machine.InitRequest, err error) {
	if err := o.validate(); err != nil {
		return r, err
	}
	r = o.request
	r.Builder, r.Named = o.Name, o.Values != nil
	if r.Asked, r.Every, err = o.Prepare(nil); err != nil {
		return r, err
	}
	if r.Nodes, err = o.nodeSpecs(); err != nil || r.Named {
		return r, err
	}
	given := platform.Choice{From: "--node"}
	for _, spec := range r.Nodes {
		declared, err := platform.Parse(spec.Platforms)
		if err != nil {
			return r, err
		}
		given.Platforms = append(given.Platforms, declared...)
	}
	r.Asked = r.Asked.Before(given)
	return r, nil
}

// runInit prepares the machine, or says what it would do.
func runInit(ctx context.Context, dockerCLI command.Cli, options initOptions) error {
	request, err := options.parse()
	if err != nil {
		return err
	}
	h := HostOf(dockerCLI)
	if err := request.Check(ctx, h); err != nil {
		return advice.AfterMachine(h, err)
	}
	sayNotes(dockerCLI, options.Notes())
	display, err := options.Open(ctx, dockerCLI, "preparing the machine")
	if err != nil {
		return err
	}
	i := machine.NewInit(h, request, display)
	var plan machine.InitPlan
	var report machine.Report
	if options.dryRun {
		plan, err = i.Plan(ctx)
	} else {
		report, err = i.Run(ctx)
	}
	err = failure.Interrupted(ctx, advice.AfterMachine(h, err))
	if errors.Is(err, failure.ErrInterrupted) {
		err = advice.AfterCutInit(i.Made(), err)
	}
	if err == nil {
		display.GiveWay()
	}
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return err
	}
	if options.dryRun {
		if err := view.PrintPlan(dockerCLI, view.InitPlan(plan)); err != nil {
			return err
		}
		return advice.AfterMachine(h, plan.Refusal)
	}
	how := view.List{Format: options.format, Quiet: options.Silent()}
	if err := showMachine(dockerCLI, report, how); err != nil {
		return err
	}
	view.AfterInit(dockerCLI, how)
	return nil
}
