package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// deinitOptions are the flags of deinit.
type deinitOptions struct {
	option.Builder
	request machine.DeinitRequest
	force   bool
	dryRun  bool
}

// deinitFunc carries deinit out.
type deinitFunc func(context.Context, command.Cli, deinitOptions) error

// newDeinitCommand is docker multiplat deinit.
func newDeinitCommand(dockerCLI command.Cli, run deinitFunc) *cobra.Command {
	var options deinitOptions
	cmd := &cobra.Command{
		Use:   "deinit [OPTIONS]",
		Short: "Take away what init has made",
		Long: `Take away what init has made.

That is the builder with its cache, and the container of init --persist. Emulators serve every user of the engine's
host: they stay unless --emulators is given, and then only those go that init has added.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.AddFlags(flags)
	flags.BoolVar(&options.request.Emulators, "emulators", false, "Also remove the emulators that init has added")
	flags.BoolVarP(&options.force, "force", "f", false, "Do not ask before removing emulators")
	flags.BoolVar(&options.dryRun, "dry-run", false, "Print the plan and change nothing")
	return cmd
}

// runDeinit takes away what init has made, or says what it would take away.
func runDeinit(ctx context.Context, dockerCLI command.Cli, options deinitOptions) error {
	if err := options.CheckName(false); err != nil {
		return err
	}
	request := options.request
	request.Builder = options.Name
	if request.Emulators && !options.force && !options.dryRun && !view.Interactive(dockerCLI) {
		return failure.Usage("--emulators asks before it changes the kernel, and this is no terminal; add --force")
	}
	h := HostOf(dockerCLI)
	d := machine.NewDeinit(h, request)
	unlock, err := d.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	plan, err := d.Look(ctx)
	if err != nil {
		return failure.Interrupted(ctx, advice.AfterMachine(h, err))
	}
	if options.dryRun {
		return view.PrintPlan(dockerCLI, view.DeinitPlan(plan))
	}
	if len(plan.Emulators) > 0 && !options.force {
		if err := confirmRemoval(ctx, dockerCLI, plan.Emulators); err != nil {
			return err
		}
	}
	done, err := d.Run(ctx)
	view.Undone(dockerCLI, done)
	return failure.Interrupted(ctx, advice.AfterMachine(h, err))
}

// confirmRemoval asks before emulators go; without a yes nothing is done.
func confirmRemoval(ctx context.Context, dockerCLI command.Cli, emulators []string) error {
	yes, err := view.Confirm(
		ctx,
		dockerCLI,
		fmt.Sprintf("Remove %s from the kernel of the engine's host, for all its users?",
			strings.Join(emulators, ", ")),
	)
	if err != nil {
		return failure.Interrupted(ctx, err)
	}
	if !yes {
		return failure.Wrap(failure.ErrInterrupted, failure.ErrInterrupted, "", "nothing was removed")
	}
	return nil
}
