package plugin

import (
	"context"
	"fmt"

	"github.com/docker/cli/cli-plugins/metadata"
	dockerplugin "github.com/docker/cli/cli-plugins/plugin"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"
	"github.com/spf13/cobra"
)

const (
	name       = "multiplat"
	projectURL = "https://github.com/docker-multiplat/docker-multiplat"
)

// Metadata is what the Docker CLI asks of a plugin before it lists it (cli-plugins/metadata).
func Metadata() metadata.Metadata {
	return metadata.Metadata{
		SchemaVersion:    "0.1.0",
		Vendor:           "docker-multiplat",
		Version:          BuildVersions().Version,
		ShortDescription: "Build, test and publish images for several platforms",
		URL:              projectURL,
	}
}

// NewCommand is the root command. ctx is done when the program is to stop.
func NewCommand(ctx context.Context, dockerCLI command.Cli) *cobra.Command {
	var debugged bool
	cmd := &cobra.Command{
		Use:   name,
		Short: "Build, test and publish images for several platforms",
		Long: `Build, test and publish images for several platforms.

  docker multiplat init                                emulators and builder, proven to work
  docker multiplat build --test-local -t NAME:TAG .    every platform built, loaded, tested
  docker multiplat publish NAME:TAG                    exactly those bytes, under one tag

A draft is the local, unpublished image of NAME:TAG. What is published is what was tested: no platform ships
untested, and a tag is written last, at once.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		// cobra's own default, which it sets only where it suggests by itself
		SuggestionsMinimumDistance: 2,
		Args:                       noSuchCommand,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			cmd.SetContext(ctx)
			quietLibraries()
			if debugged {
				debug.Enable()
			}
			return dockerplugin.PersistentPreRunE(cmd, args)
		},
	}
	cmd.PersistentFlags().BoolVarP(&debugged, "debug", "D", debug.IsEnabled(), "Enable debug logging")
	cmd.AddCommand(
		newInitCommand(dockerCLI, runInit),
		newStatusCommand(dockerCLI, runStatus),
		newDeinitCommand(dockerCLI, runDeinit),
		newBuildCommand(dockerCLI, runBuild),
		newTestCommand(dockerCLI, runTest),
		newPublishCommand(dockerCLI, runPublish),
		newMergeCommand(dockerCLI, runMerge),
		newPromoteCommand(dockerCLI, runPromote),
		newInspectCommand(dockerCLI, runInspect),
		newVerifyCommand(dockerCLI, runVerify),
		newLsCommand(dockerCLI, runLs),
		newTagCommand(dockerCLI, runTag),
		newRmCommand(dockerCLI, runRm),
		newPruneCommand(dockerCLI, runPrune),
		newVersionCommand(dockerCLI),
	)
	return cmd
}

// noSuchCommand refuses what is not a command; cobra would print the help and succeed.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	fix := "see: " + cmd.CommandPath() + " --help"
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		fix = fmt.Sprintf("did you mean: %s %s", cmd.CommandPath(), similar[0])
	}
	return usageError("unknown command %q; %s", args[0], fix)
}

// exactArgs is cobra's, with an error that ends in exit code 2.
func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return usageError("%q takes %s, not %d; usage: %s", cmd.CommandPath(), count(n, "argument"), len(args), cmd.UseLine())
	}
}

func minimumArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= n {
			return nil
		}
		return usageError("%q takes at least %s; usage: %s", cmd.CommandPath(), count(n, "argument"), cmd.UseLine())
	}
}
