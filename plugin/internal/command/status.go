package command

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// statusOptions are the flags of status.
type statusOptions struct {
	option.Builder
	option.Platform
	view.Progress
	format  string
	noTrunc bool
}

// statusFunc carries status out.
type statusFunc func(context.Context, command.Cli, statusOptions) error

// newStatusCommand is docker multiplat status.
func newStatusCommand(dockerCLI command.Cli, run statusFunc) *cobra.Command {
	var options statusOptions
	cmd := &cobra.Command{
		Use:   "status [OPTIONS]",
		Short: "Show which platforms run in the engine and the builder",
		Long: `Show which platforms run in the engine and the builder.

It runs the same programs as init and changes nothing: a builder that is stopped stays so, and is not probed. The
platforms are those that init has prepared and those that nodes were given, unless --platform names others. Exit code
3: something is missing.

--format 'table {{.Platform}}\t{{.Native}}' chooses columns: Platform, Native, Emulator, QEMU, EngineRuns, BuilderRuns,
BuilderProbed, Node, AfterRestart, Untestable, Reason, Cause, Fix. Any other template gets one object: Ready, Engine,
Builder, Platforms, Notes.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.Builder.AddFlags(flags)
	options.Platform.AddFlags(flags, `Platforms to look at ("all": every one that has an emulator)`)
	option.AddProgress(flags, &options.Progress)
	option.AddFormat(flags, &options.format)
	option.AddNoTrunc(flags, &options.noTrunc)
	return cmd
}

// runStatus looks at the machine and shows what it has seen.
func runStatus(ctx context.Context, dockerCLI command.Cli, options statusOptions) error {
	if err := errors.Join(options.CheckName(false), options.Validate(), view.CheckRowFormat(options.format)); err != nil {
		return err
	}
	h := HostOf(dockerCLI)
	s, err := machine.OpenStatus(h)
	if err != nil {
		return advice.AfterMachine(h, err)
	}
	request := machine.StatusRequest{Builder: options.Name}
	if request.Asked, request.Every, err = options.Prepare(s.Prepared(options.Name)); err != nil {
		return err
	}
	sayNotes(dockerCLI, options.Notes())
	display, err := options.Open(ctx, dockerCLI, "looking at the machine")
	if err != nil {
		return err
	}
	report, err := s.Run(ctx, request, display)
	err = failure.Interrupted(ctx, advice.AfterMachine(h, err))
	if err == nil {
		display.GiveWay()
	}
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return err
	}
	return showMachine(dockerCLI, report, view.List{
		Format: options.format, Quiet: options.Silent(), NoTrunc: options.noTrunc,
	})
}

// showMachine shows a report, and returns what is missing on the machine as an error.
func showMachine(dockerCLI command.Cli, r machine.Report, how view.List) error {
	advice.AddFixes(&r, machine.ProvenOf(HostOf(dockerCLI), r.Builder.Name))
	if err := view.Machine(dockerCLI, r, how); err != nil {
		return err
	}
	return advice.AfterMachine(HostOf(dockerCLI), r.Err())
}
