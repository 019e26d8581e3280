package command

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inspect"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// inspectOptions are the flags of inspect.
type inspectOptions struct {
	option.Registry
	format  string
	noTrunc bool
	local   bool
	remote  bool
	raw     bool
	name    string
}

// inspectFunc carries inspect out.
type inspectFunc func(context.Context, command.Cli, inspectOptions) error

// newInspectCommand makes docker multiplat inspect.
func newInspectCommand(dockerCLI command.Cli, run inspectFunc) *cobra.Command {
	var options inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect [OPTIONS] NAME[:TAG]",
		Short: "Show a draft and what is published, side by side",
		Long: `Show a draft and what is published, side by side.

A draft is the local, unpublished image of NAME:TAG. Attestations are shown with their platform.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.name = args[0]
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.AddFlags(flags)
	option.AddFormat(flags, &options.format)
	option.AddNoTrunc(flags, &options.noTrunc)
	flags.BoolVar(&options.raw, "raw", false, "Print what is published as the registry gives it, byte for byte")
	flags.BoolVar(&options.local, "local", false, "Show the draft only; nothing is contacted")
	flags.BoolVar(&options.remote, "remote", false, "Show what is published only")
	return cmd
}

// runInspect shows a draft and what is published. What is there is shown also where the registry fails.
func runInspect(ctx context.Context, dockerCLI command.Cli, options inspectOptions) error {
	if err := errors.Join(view.CheckFormat(options.format), options.Validate()); err != nil {
		return err
	}
	if options.local && options.remote {
		return failure.Usage("--local and --remote exclude each other")
	}
	if options.raw {
		return options.printRaw(ctx, dockerCLI)
	}
	name, err := ref.ParseName(options.name)
	if err != nil {
		return err
	}
	asked := inspect.Request{Name: name, Local: options.local, Remote: options.remote, Trust: options.Trust()}
	found, err := asked.Run(ctx, HostOf(dockerCLI), func(line string) { view.Say(dockerCLI, "%s", line) })
	if found == nil {
		return err
	}
	sayNotes(dockerCLI, platform.Remarks(found.Platforms()))
	return errors.Join(view.Inspection(dockerCLI, view.List{Format: options.format, NoTrunc: options.noTrunc}, found), err)
}

// printRaw prints what is published as the registry has it.
func (o *inspectOptions) printRaw(ctx context.Context, dockerCLI command.Cli) error {
	if o.local || o.format != view.FormatTable {
		return failure.Usage("--raw prints the registry's bytes; it goes with neither --local nor --format")
	}
	name, err := ref.ParseImage(o.name)
	if err != nil {
		return err
	}
	notify := func(line string) { view.Say(dockerCLI, "%s", line) }
	body, err := inspect.Raw(ctx, HostOf(dockerCLI), o.Trust(), notify, name)
	if err != nil {
		return err
	}
	return view.PrintBytes(dockerCLI, body)
}
