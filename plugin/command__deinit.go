package plugin

import (
	"context"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
)

// deinitOptions are the flags of deinit.
type deinitOptions struct {
	builderOptions
	request deinitRequest
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
	options.addFlags(flags)
	flags.BoolVar(&options.request.emulators, "emulators", false, "Also remove the emulators that init has added")
	flags.BoolVarP(&options.force, "force", "f", false, "Do not ask before removing emulators")
	flags.BoolVar(&options.dryRun, "dry-run", false, "Print the plan and change nothing")
	return cmd
}

// runDeinit takes away what init has made, or says what it would take away.
func runDeinit(ctx context.Context, dockerCLI command.Cli, options deinitOptions) error {
	request := options.request
	request.builder = options.builder
	if request.emulators && !options.force && !options.dryRun && !interactive(dockerCLI) {
		return usageError("--emulators asks before it changes the kernel, and this is no terminal; add --force")
	}
	h := hostOf(dockerCLI)
	d := newMachineDeinit(h, request)
	unlock, err := d.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	plan, err := d.look(ctx)
	if err != nil {
		return interrupted(ctx, afterMachine(h, err))
	}
	if options.dryRun {
		return printPlan(dockerCLI, deinitPlanText(plan))
	}
	if len(plan.emulators) > 0 && !options.force {
		if err := confirmRemoval(ctx, dockerCLI, plan.emulators); err != nil {
			return err
		}
	}
	done, err := d.run(ctx)
	printUndone(dockerCLI, done)
	return interrupted(ctx, afterMachine(h, err))
}

// confirmRemoval asks before emulators go; without a yes nothing is done.
func confirmRemoval(ctx context.Context, dockerCLI command.Cli, emulators []string) error {
	yes, err := confirm(ctx, dockerCLI, fmt.Sprintf("Remove %s from the kernel of the engine's host, for all its users?",
		strings.Join(emulators, ", ")))
	if err != nil {
		return interrupted(ctx, err)
	}
	if !yes {
		return fail(errInterrupted, errInterrupted, "", "nothing was removed")
	}
	return nil
}
