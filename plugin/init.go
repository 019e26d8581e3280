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

type initOptions struct {
	builderOptions
	platformOptions
	progressOptions
	binfmtImage    string
	buildkitImage  string
	driverOpts     []string
	buildkitdFlags string
	configFile     string
	nodes          []string
	use            bool
	recreate       bool
	persist        bool
	dryRun         bool
	format         string
}

type initFunc func(context.Context, command.Cli, initOptions) error

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

func (o *initOptions) addInitFlags(flags *pflag.FlagSet) {
	o.builderOptions.addFlags(flags)
	o.platformOptions.addFlags(flags, `Platforms to prepare for ("all": every one that has an emulator)`)
	addProgressFlags(flags, &o.progressOptions)
	flags.StringVar(&o.binfmtImage, "binfmt-image", binfmt.DefaultImage, "Image that installs the emulators")
	flags.StringVar(&o.buildkitImage, "buildkit-image", "", "BuildKit image of a new builder")
	flags.StringArrayVar(&o.driverOpts, "driver-opt", nil, "Options for the driver of a new builder")
	flags.StringVar(&o.buildkitdFlags, "buildkitd-flags", "", "BuildKit daemon flags of a new builder")
	flags.StringVar(&o.configFile, "buildkitd-config", "", "BuildKit daemon config file of a new builder")
	flags.StringArrayVar(&o.nodes, "node", nil,
		`Build a platform elsewhere (format: "PLATFORM[+PLATFORM...]=CONTEXT|ssh://HOST|tcp://HOST:PORT")`)
	flags.BoolVar(&o.use, "use", false, "Set the builder as the current one of buildx")
	flags.BoolVar(&o.recreate, "recreate", false, "Replace a builder that is not as asked for; its cache stays")
	flags.BoolVar(&o.persist, "persist", false, "Register the emulators again whenever the engine starts")
	flags.BoolVar(&o.dryRun, "dry-run", false, "Print the plan and change nothing")
	addFormatFlag(flags, &o.format)
}

func (o *initOptions) validate() error {
	if o.buildkitImage != "" && slices.ContainsFunc(o.driverOpts, func(opt string) bool {
		return len(opt) > len("image=") && opt[:len("image=")] == "image="
	}) {
		return usageError("--buildkit-image %q and --driver-opt image= say the same; give one", o.buildkitImage)
	}
	for flag, image := range map[string]string{"--binfmt-image": o.binfmtImage, "--buildkit-image": o.buildkitImage} {
		if _, err := reference.ParseNormalizedNamed(image); err != nil && (image != "" || flag == "--binfmt-image") {
			return usageError("invalid %s %q: %s", flag, image, err)
		}
	}
	return errors.Join(o.progressOptions.validate(), checkFormat(o.format))
}

func (o *initOptions) nodeSpecs() ([]builder.NodeSpec, error) {
	var specs []builder.NodeSpec
	for _, text := range o.nodes {
		spec, err := builder.ParseNode(text)
		if err != nil {
			return nil, err
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

func runInit(ctx context.Context, dockerCLI command.Cli, options initOptions) error {
	if err := options.validate(); err != nil {
		return err
	}
	asked, every, err := options.prepare(nil)
	if err != nil {
		return err
	}
	nodes, err := options.nodeSpecs()
	if err != nil {
		return err
	}
	s := &setup{dockerCLI: dockerCLI, options: options, asked: asked, every: every, nodes: nodes}
	display, err := options.open(ctx, dockerCLI, "preparing the machine")
	if err != nil {
		return err
	}
	s.display = display
	work := s.run
	if options.dryRun {
		work = s.observe
	}
	err = interrupted(ctx, work(ctx))
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return err
	}
	if options.dryRun {
		if _, err := fmt.Fprint(dockerCLI.Out(), s.plan); err != nil {
			return err
		}
		return s.refusal
	}
	return s.report()
}
