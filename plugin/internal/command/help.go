package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroup is a heading in the help of a command with many flags.
type flagGroup struct {
	heading string
	flags   []string
}

// helpWidth is where the help text wraps.
const helpWidth = 100

// groupFlags shows the flags of a command under headings; those in no group come last, under rest.
func groupFlags(cmd *cobra.Command, rest string, groups ...flagGroup) {
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		out := cmd.OutOrStdout()
		_, _ = fmt.Fprintf(out, "Usage:  %s\n\n%s\n", cmd.UseLine(), strings.TrimSpace(cmd.Long))
		if cmd.HasExample() {
			_, _ = fmt.Fprintf(out, "\nExamples:\n%s\n", cmd.Example)
		}
		shown := map[string]bool{"help": true}
		for _, group := range groups {
			set := pflag.NewFlagSet(group.heading, pflag.ContinueOnError)
			set.SortFlags = false
			for _, name := range group.flags {
				if f := cmd.Flags().Lookup(name); f != nil {
					set.AddFlag(f)
					shown[name] = true
				}
			}
			_, _ = fmt.Fprintf(out, "\n%s:\n%s", group.heading, set.FlagUsagesWrapped(helpWidth))
		}
		set := pflag.NewFlagSet(rest, pflag.ContinueOnError)
		cmd.Flags().VisitAll(func(f *pflag.Flag) { // inherited ones, too
			if !shown[f.Name] {
				set.AddFlag(f)
			}
		})
		_, _ = fmt.Fprintf(out, "\n%s:\n%s", rest, set.FlagUsagesWrapped(helpWidth))
	})
}

// buildFlagGroups are the headings of build.
func buildFlagGroups() []flagGroup {
	return []flagGroup{
		{
			"Draft",
			[]string{
				"tag", "platform", "load", "dry-run", "reproducible", "jobs", "emulation", "builder", "format", "progress", "quiet",
			},
		},
		testFlagGroup(),
		{"Publishing", []string{"push", "insecure-registry", "retry-timeout"}},
	}
}

// testFlagGroup is the heading that build and test have in common.
func testFlagGroup() flagGroup {
	return flagGroup{
		"Test options",
		[]string{
			"test-local",
			"test",
			"test-exec",
			"test-script",
			"test-stdin",
			"test-compose",
			"test-config",
			"test-env",
			"test-network",
			"test-timeout",
			"test-emulated-factor",
			"test-skip",
			"allow-foreign",
			"require-parity",
			"allow-difference",
			"test-file",
			"test-memory",
			"test-cpus",
			"test-pids",
			"test-sandbox",
			"report",
			"no-test-cache",
		},
	}
}

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
