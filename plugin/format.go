package plugin

import (
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/templates"
	"github.com/spf13/pflag"
)

const (
	formatJSON  = "json"
	formatTable = "table"
)

func addFormatFlag(flags *pflag.FlagSet, format *string) {
	flags.StringVar(format, "format", formatTable, `Format the output ("table", "json")`)
}

func checkFormat(format string) error {
	if format != formatTable && format != formatJSON {
		return usageError(`unknown format %q; use table or json`, format)
	}
	return nil
}

// isTemplate tells a Go template from the formats that have a name.
func isTemplate(format string) bool { return strings.Contains(format, "{{") }

// checkTemplate is checkFormat for commands that also take a Go template, of docker/cli's kind.
func checkTemplate(format string) error {
	if format == formatTable || format == formatJSON {
		return nil
	}
	if !isTemplate(format) {
		return usageError("unknown format %q; use table or json, or a Go template such as {{json .}}", format)
	}
	if _, err := templates.Parse(format); err != nil {
		return usageError("invalid --format %q: %s; use table, json or a Go template such as {{json .}}", format, err)
	}
	return nil
}

// printTemplate prints a value by a Go template, with a new line.
func printTemplate(dockerCLI command.Cli, format string, value any) error {
	parsed, err := templates.Parse(format)
	if err != nil {
		return fail(errUsage, fmt.Errorf("reading --format %q: %w", format, err), "")
	}
	if err := parsed.Execute(dockerCLI.Out(), value); err != nil {
		return fail(errUsage, fmt.Errorf("printing by --format %q: %w", format, err), "")
	}
	_, err = fmt.Fprintln(dockerCLI.Out())
	return err
}
