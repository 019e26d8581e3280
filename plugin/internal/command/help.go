package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
)

// SetHelp has a command show its help in as many columns as width says when it is asked for.
func SetHelp(cmd *cobra.Command, width func() int) {
	cmd.DisableFlagsInUseLine = true
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		h := help{Writer: cmd.OutOrStdout(), width: width()}
		if cmd.Name() == helpName { // it has no page
			cmd = cmd.Parent()
		}
		h.head(cmd)
		if cmd.HasAvailableSubCommands() {
			h.commands(cmd)
		} else {
			h.flags(cmd, headingsOf(cmd.Name()))
		}
		page := strings.ReplaceAll(strings.TrimPrefix(cmd.CommandPath(), "docker "), " ", "_")
		_, _ = fmt.Fprintf(h, "\nMore help:\n  %s%s.md\n", pages, page)
	})
}

// helpName is the command that shows the help of another.
const helpName = "help"

// pages is where the pages of the commands are.
const pages = "https://github.com/docker-multiplat/docker-multiplat/blob/main/docs/reference/"

// help is where a help is written, and how wide it may be.
type help struct {
	io.Writer
	width int
}

// head is what stands above the options.
func (h help) head(cmd *cobra.Command) {
	const hanging = "        " // as wide as the word before it
	usage := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		usage += " [OPTIONS] COMMAND"
	}
	_, _ = fmt.Fprintf(h, "Usage:  %s\n\n%s\n", columns.Paragraph(usage, h.width, hanging), paragraphs(cmd.Long, h.width))
	if len(cmd.Aliases) > 0 {
		names := []string{cmd.CommandPath()}
		for _, alias := range cmd.Aliases {
			names = append(names, cmd.Parent().CommandPath()+" "+alias)
		}
		_, _ = fmt.Fprintf(h, "\nAliases:\n  %s\n", strings.Join(names, ", "))
	}
	if cmd.Example != "" {
		_, _ = fmt.Fprintln(h, "\nExamples:")
		for line := range strings.Lines(cmd.Example) {
			_, _ = fmt.Fprintln(h, pasted(strings.TrimSuffix(line, "\n"), h.width))
		}
	}
}

// pasted is a command in lines of so many columns, which a shell takes for one.
func pasted(line string, width int) string {
	const further, after = "    ", " \\"
	var lines []string
	for runewidth.StringWidth(line) > width {
		end, quote := 0, rune(0)
		for i, r := range line {
			switch {
			case i > width-len(after):
			case r == quote:
				quote = 0
			case quote == 0 && (r == '"' || r == '\''):
				quote = r
			case quote == 0 && r == ' ' && i > len(further):
				end = i
			}
		}
		if end == 0 { // a word that is longer
			break
		}
		lines = append(lines, line[:end]+after)
		line = further + line[end+1:]
	}
	return strings.Join(append(lines, line), "\n")
}

// flags are the options, under headings.
func (h help) flags(cmd *cobra.Command, under groupedFlags) {
	cmd.Flags().AddFlagSet(cmd.InheritedFlags()) // which help COMMAND has not read
	shown := map[string]bool{helpName: true}     // as a flag, which everybody knows
	for _, group := range under.groups {
		set := pflag.NewFlagSet(group.heading, pflag.ContinueOnError)
		set.SortFlags = false
		for _, name := range group.flags {
			if f := cmd.Flags().Lookup(name); f != nil {
				set.AddFlag(f)
				shown[name] = true
			}
		}
		h.usages(group.heading, set)
	}
	rest := pflag.NewFlagSet(under.rest, pflag.ContinueOnError)
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !shown[f.Name] {
			rest.AddFlag(f)
		}
	})
	h.usages(under.rest, rest)
}

// usages are the flags under one heading.
func (h help) usages(heading string, set *pflag.FlagSet) {
	_, _ = fmt.Fprintf(h, "\n%s:\n", heading)
	for line := range strings.Lines(set.FlagUsagesWrapped(h.width)) {
		line = strings.TrimSuffix(line, "\n")
		indent := strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " ")))
		_, _ = fmt.Fprintln(h, indent+columns.Paragraph(line[len(indent):], h.width, indent)) // for a long word
	}
}

// commands are the commands of one, and its own options.
func (h help) commands(cmd *cobra.Command) {
	_, _ = fmt.Fprintf(h, "\nOptions:\n%s\nCommands:\n", cmd.LocalNonPersistentFlags().FlagUsagesWrapped(h.width)+
		cmd.PersistentFlags().FlagUsagesWrapped(h.width))
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			name := fmt.Sprintf("  %-*s ", child.NamePadding(), child.Name())
			_, _ = fmt.Fprintln(h, name+columns.Paragraph(child.Short, h.width, strings.Repeat(" ", len(name))))
		}
	}
	_, _ = fmt.Fprintf(h, "\nRun '%s COMMAND --help' for more information on a command.\n", cmd.CommandPath())
}

// paragraphs is a text in so many columns; lines that are indented stay as they are.
func paragraphs(text string, width int) string {
	var out []string
	open := false
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		prose := line != "" && !strings.HasPrefix(line, " ")
		if prose && open {
			out[len(out)-1] += " " + line
		} else {
			out = append(out, line)
		}
		open = prose
	}
	for i, line := range out {
		if !strings.HasPrefix(line, " ") {
			out[i] = strings.Join(columns.Wrap(line, width), "\n")
		}
	}
	return strings.Join(out, "\n")
}

// newHelpCommand makes the command that shows the help of another, as the Docker CLI has it.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:    helpName + " [COMMAND]",
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
