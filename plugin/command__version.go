package plugin

import (
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
)

// newVersionCommand is docker multiplat version.
func newVersionCommand(dockerCLI command.Cli) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version [OPTIONS]",
		Short: "Show the version of the plugin and of what it is built with",
		Args:  exactArgs(0),
		RunE: func(*cobra.Command, []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			return printVersion(dockerCLI, BuildVersions(), format)
		},
	}
	addFormatFlag(cmd.Flags(), &format)
	return cmd
}
