package command

import (
	"os"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/version"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// newVersionCommand is docker multiplat version.
func newVersionCommand(dockerCLI command.Cli) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version [OPTIONS]",
		Short: "Show the version of the plugin and of what it is built with",
		Args:  exactArgs(0),
		RunE: func(*cobra.Command, []string) error {
			if err := view.CheckFormat(format); err != nil {
				return err
			}
			if err := view.Version(dockerCLI, version.Read(), format); err != nil || format != view.FormatTable {
				return err
			}
			program, _ := os.Executable() // without it, the text says where releases are
			view.Say(dockerCLI, "to update:\n  %s", version.Update(program))
			return nil
		},
	}
	option.AddFormat(cmd.Flags(), &format)
	return cmd
}
