package plugin

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
)

// statusOptions are the flags of status.
type statusOptions struct {
	builderOptions
	platformOptions
	progressOptions
	format string
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
platforms are those that init has prepared, unless --platform names others. Exit code 3: something is missing.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.builderOptions.addFlags(flags)
	options.platformOptions.addFlags(flags, `Platforms to look at ("all": every one that has an emulator)`)
	addProgressFlags(flags, &options.progressOptions)
	addFormatFlag(flags, &options.format)
	return cmd
}

// runStatus looks at the machine and shows what it has seen.
func runStatus(ctx context.Context, dockerCLI command.Cli, options statusOptions) error {
	if err := errors.Join(options.validate(), checkFormat(options.format)); err != nil {
		return err
	}
	h := hostOf(dockerCLI)
	s, err := openStatus(h)
	if err != nil {
		return afterMachine(h, err)
	}
	request := statusRequest{builder: options.builder}
	if request.asked, request.every, err = options.prepare(s.proven()); err != nil {
		return err
	}
	display, err := options.open(ctx, dockerCLI, "looking at the machine")
	if err != nil {
		return err
	}
	report, err := s.run(ctx, request, display)
	err = interrupted(ctx, afterMachine(h, err))
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return err
	}
	return showMachine(dockerCLI, report, options.format, options.silent())
}

// showMachine shows a report, and returns what is missing on the machine as an error.
func showMachine(dockerCLI command.Cli, r machineReport, format string, quiet bool) error {
	addFixes(&r)
	if err := printMachine(dockerCLI, r, format, quiet); err != nil {
		return err
	}
	return afterMachine(hostOf(dockerCLI), r.err())
}
