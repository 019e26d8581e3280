package plugin

import (
	"context"
	"io"

	"github.com/docker/cli/cli-plugins/metadata"
	dockerplugin "github.com/docker/cli/cli-plugins/plugin"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	multiplatcommand "github.com/docker-multiplat/docker-multiplat/plugin/internal/command"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/version"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

const projectURL = "https://github.com/docker-multiplat/docker-multiplat"

// Metadata is what the Docker CLI asks of a plugin before it lists it (cli-plugins/metadata).
func Metadata() metadata.Metadata {
	return metadata.Metadata{
		SchemaVersion:    "0.1.0",
		Vendor:           "docker-multiplat",
		Version:          version.Read().Version,
		ShortDescription: "Build, test and publish images for several platforms",
		URL:              projectURL,
	}
}

// NewCommand is the root command. ctx is done when the program is to stop.
func NewCommand(ctx context.Context, dockerCLI command.Cli) *cobra.Command {
	var debugged bool
	cmd := &cobra.Command{
		Use:   advice.Program,
		Short: "Build, test and publish images for several platforms",
		Long: `Build, test and publish images for several platforms.

  docker multiplat init                              emulators, builder, proven
  docker multiplat build --test-local -t NAME:TAG .  all built, loaded, tested
  docker multiplat publish NAME:TAG                  those bytes, under one tag

A draft is the local, unpublished image of NAME:TAG. What is published is what was tested: no platform ships
untested, and a tag is written last, at once.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		// cobra's own default, which it sets only where it suggests by itself
		SuggestionsMinimumDistance: 2,
		Args:                       multiplatcommand.NoSuchCommand,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			cmd.SetContext(ctx)
			view.QuietLibraries(dockerCLI)
			if debugged {
				debug.Enable()
			}
			if err := dockerplugin.PersistentPreRunE(cmd, args); err != nil {
				return err
			}
			if err := multiplatcommand.HostOf(dockerCLI).Builders().PrepareBuildx(); err != nil {
				return err
			}
			return multiplatcommand.CheckContext(cmd, dockerCLI)
		},
	}
	cmd.PersistentFlags().BoolVarP(&debugged, "debug", "D", debug.IsEnabled(), "Enable debug logging")
	cmd.SetOut(&heard{Writer: dockerCLI.Out()})
	cmd.SetFlagErrorFunc(multiplatcommand.FlagError)
	multiplatcommand.SetHelp(cmd, func() int { return view.HelpWidth(dockerCLI) })
	for _, child := range multiplatcommand.Commands(dockerCLI) {
		run := child.RunE
		child.RunE = func(cmd *cobra.Command, args []string) error {
			line := advice.Given(cmd.Name(), cmd.Flags(), args)
			proven := func() []string { return multiplatcommand.Proven(cmd, dockerCLI) }
			err := advice.WithProven(run(cmd, args), proven)
			err = advice.InContext(advice.Keeping(err, line), chosenContext(cmd))
			return failure.Blanked(err, advice.Blank(cmd.Flags(), args))
		}
		cmd.AddCommand(child)
	}
	return cmd
}

// chosenContext is the docker context that was chosen on the command line; empty: none was.
func chosenContext(cmd *cobra.Command) string {
	if f := cmd.Flags().Lookup("context"); f != nil && f.Changed {
		return f.Value.String()
	}
	if f := cmd.Root().Flags().Lookup("context"); f != nil && f.Changed {
		return f.Value.String()
	}
	return ""
}

// ExitCode maps an error to the exit code of the program.
func ExitCode(err error) int { return failure.ExitCode(err) }

// Explain prints an error the way every failure is told: what failed, what is unchanged, what to run next.
func Explain(w io.Writer, err error) { view.Explain(w, err) }

// Unheard drops an error that says nothing but that nobody reads what is printed any more.
func Unheard(err error) error { return failure.Unheard(err) }
