package command

import "github.com/spf13/cobra"

// newHelpCommand makes the command that shows the help of another, as the Docker CLI has it.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]",
		Short:  "Show the help of a command",
		Hidden: true, // --help is what is documented
		RunE: func(cmd *cobra.Command, args []string) error {
			of := cmd.Parent()
			for _, name := range args {
				child, rest, err := of.Find([]string{name})
				if err != nil || len(rest) > 0 || child == of {
					return NoSuchCommand(of, []string{name})
				}
				of = child
			}
			return of.Help()
		},
	}
}
