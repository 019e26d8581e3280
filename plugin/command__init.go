package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// initOptions are the flags of init.
type initOptions struct {
	builderOptions
	platformOptions
	progressOptions
	request initRequest
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
	o.builderOptions.addFlags(flags)
	o.platformOptions.addFlags(flags, `Platforms to prepare for ("all": every one that has an emulator)`)
	addProgressFlags(flags, &o.progressOptions)
	flags.StringVar(&o.request.binfmtImage, "binfmt-image", binfmt.DefaultImage, "Image that installs the emulators")
	flags.StringVar(&o.request.buildkitImage, "buildkit-image", "", "BuildKit image of a new builder")
	flags.StringArrayVar(&o.request.driverOpts, "driver-opt", nil, "Options for the driver of a new builder")
	flags.StringVar(&o.request.buildkitdFlags, "buildkitd-flags", "", "BuildKit daemon flags of a new builder")
	flags.StringVar(&o.request.configFile, "buildkitd-config", "", "BuildKit daemon config file of a new builder")
	flags.StringArrayVar(&o.nodes, "node", nil,
		`Build a platform elsewhere (format: "PLATFORM[+PLATFORM...]=CONTEXT|ssh://HOST|tcp://HOST:PORT")`)
	flags.BoolVar(&o.request.use, "use", false, "Set the builder as the current one of buildx")
	flags.BoolVar(&o.request.recreate, "recreate", false, "Replace a builder that is not as asked for; its cache stays")
	flags.BoolVar(&o.request.persist, "persist", false, "Register the emulators again whenever the engine starts")
	flags.BoolVar(&o.dryRun, "dry-run", false, "Print the plan and change nothing")
	addFormatFlag(flags, &o.format)
}

// validate refuses what is wrong in itself.
func (o *initOptions) validate() error {
	if o.request.buildkitImage != "" && slices.ContainsFunc(o.request.driverOpts, func(opt string) bool {
		return len(opt) > len("image=") && opt[:len("image=")] == "image="
	}) {
		return usageError("--buildkit-image %q and --driver-opt image= say the same; give one", o.request.buildkitImage)
	}
	images := map[string]string{"--binfmt-image": o.request.binfmtImage, "--buildkit-image": o.request.buildkitImage}
	for flag, image := range images {
		if _, err := reference.ParseNormalizedNamed(image); err != nil && (image != "" || flag == "--binfmt-image") {
			return usageError("invalid %s %q: %s", flag, image, err)
		}
	}
	return errors.Join(o.progressOptions.validate(), checkFormat(o.format))
}

// nodeSpecs reads --node.
func (o *initOptions) nodeSpecs() ([]builder.NodeSpec, error) {
	var specs []builder.NodeSpec
	for _, text := range o.nodes {
		spec, err := builder.ParseNode(text)
		if err != nil {
			return nil, fmt.Errorf("--node %w", err)
		}
		declared, err := manifest.ParsePlatforms(spec.Platforms)
		if err != nil {
			return nil, usageError("--node %q: %s", text, err)
		}
		spec.Platforms = nil
		for _, p := range declared {
			spec.Platforms = append(spec.Platforms, manifest.FormatPlatform(p))
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

// parse makes the request of what was typed.
func (o *initOptions) parse() (r initRequest, err error) {
	if err := o.validate(); err != nil {
		return r, err
	}
	r = o.request
	r.builder, r.named = o.builder, o.values != nil
	if r.asked, r.every, err = o.prepare(nil); err != nil {
		return r, err
	}
	r.nodes, err = o.nodeSpecs()
	return r, err
}

// runInit prepares the machine, or says what it would do.
func runInit(ctx context.Context, dockerCLI command.Cli, options initOptions) error {
	request, err := options.parse()
	if err != nil {
		return err
	}
	h := hostOf(dockerCLI)
	display, err := options.open(ctx, dockerCLI, "preparing the machine")
	if err != nil {
		return err
	}
	i := newMachineInit(h, request, display)
	var plan initPlan
	var report machineReport
	if options.dryRun {
		plan, err = i.plan(ctx)
	} else {
		report, err = i.run(ctx)
	}
	err = interrupted(ctx, afterMachine(h, err))
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return err
	}
	if options.dryRun {
		if err := printPlan(dockerCLI, initPlanText(plan)); err != nil {
			return err
		}
		return afterMachine(h, plan.refusal)
	}
	return showMachine(dockerCLI, report, options.format, options.silent())
}
