package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// NoSuchCommand refuses what is not a command; cobra would print the help and succeed.
func NoSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	fix := "see: " + cmd.CommandPath() + " --help"
	if word := otherWord(args[0]); word != "" {
		fix = word
	} else if name := nearCommand(cmd, args[0]); name != "" {
		fix = fmt.Sprintf("did you mean: %s %s", cmd.CommandPath(), name)
	} else if word := nearWord(args[0]); word != "" {
		fix = word
	}
	return failure.Usage("unknown command %q; %s", args[0], fix)
}

// nearCommand is the command that may have been meant. Of a word of two letters both may be other ones: that is no
// likeness.
func nearCommand(cmd *cobra.Command, word string) string {
	for _, name := range cmd.SuggestionsFor(word) {
		if strings.HasPrefix(name, word) || changes(word, name) < len(word) {
			return name
		}
	}
	return ""
}

// exactArgs is cobra's, with an error that ends in exit code 2.
func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return failure.Usage(
			"%q takes %s, not %d; usage: %s",
			cmd.CommandPath(),
			view.Count(n, "argument"),
			len(args),
			cmd.UseLine(),
		)
	}
}

// rangeArgs is cobra's, with an error that ends in exit code 2.
func rangeArgs(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && len(args) <= most {
			return nil
		}
		return failure.Usage("%q takes %d or %s, not %d; usage: %s",
			cmd.CommandPath(), least, view.Count(most, "argument"), len(args), cmd.UseLine())
	}
}

// minimumArgs is cobra's, with an error that ends in exit code 2.
func minimumArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= n {
			return nil
		}
		return failure.Usage("%q takes at least %s; usage: %s", cmd.CommandPath(), view.Count(n, "argument"), cmd.UseLine())
	}
}
