package view

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/command/formatter"
	"github.com/docker/cli/templates"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/version"
)

// The formats that have a name.
const (
	formatJSON  = formatter.JSONFormatKey
	FormatTable = formatter.TableFormatKey
)

// isTemplate tells a Go template from the formats that have a name.
func isTemplate(format string) bool { return strings.Contains(format, "{{") }

// CheckFormat refuses what is neither table nor json nor a Go template of docker/cli's kind that can be read.
func CheckFormat(format string) error { return checkFormat(format, formatJSON) }

// checkFormat is CheckFormat where there are other formats beside table.
func checkFormat(format string, others ...string) error {
	if isTemplate(format) && formatter.Format(format).IsTable() {
		return failure.Usage("invalid --format %q: only a list of rows is printed as a table of one's own; leave out %q",
			format, FormatTable)
	}
	return checkRowFormat(format, others...)
}

// CheckRowFormat is CheckFormat for a list, which may also be a table of a template's columns.
func CheckRowFormat(format string) error { return checkRowFormat(format, formatJSON) }

// checkRowFormat is CheckRowFormat; others are the formats beside table, which its messages name.
func checkRowFormat(format string, others ...string) error {
	if format == FormatTable || slices.Contains(others, format) {
		return nil
	}
	if !isTemplate(format) {
		return failure.Usage("unknown format %q; use %s or %s, or a Go template such as {{json .}}", format,
			strings.Join(append([]string{FormatTable}, others[:len(others)-1]...), ", "), others[len(others)-1])
	}
	if _, err := templates.Parse(format); err != nil {
		return failure.Usage("invalid --format %q: %s; use table, %s or a Go template such as {{json .}}", format, err,
			strings.Join(others, ", "))
	}
	return nil
}

// printTemplate prints a value by a Go template, with a new line: all of it or nothing.
func printTemplate(dockerCLI command.Cli, format string, value any) error {
	parsed, err := templates.Parse(format)
	if err != nil {
		return failure.Wrap(failure.ErrUsage, fmt.Errorf("reading --format %q: %w", format, err), "")
	}
	var text bytes.Buffer
	if err := parsed.Execute(&text, tamed(value)); err != nil {
		return failure.Wrap(failure.ErrUsage, fmt.Errorf("printing by --format %q: %w", format, err), "")
	}
	return templated(dockerCLI.Out(), text.String())
}

// fits tells whether a Go template can be printed of a value.
func fits(format string, value any) bool {
	parsed, err := templates.Parse(format)
	return err == nil && parsed.Execute(io.Discard, value) == nil
}

// printRows prints a list by a Go template, once per row: all of it or nothing.
func printRows[T formatter.SubContext](dockerCLI command.Cli, format string, rows []T) error {
	var header T
	out := formatter.Context{Output: dockerCLI.Out(), Format: formatter.Format(format)}
	err := out.Write(header, func(add func(formatter.SubContext) error) error {
		for _, row := range rows {
			if err := add(tamed(row)); err != nil {
				return fmt.Errorf("printing by --format %q: %w", format, err)
			}
		}
		return nil
	})
	return failure.Wrap(failure.ErrUsage, err, "")
}

// Version writes the versions in one line, as JSON or by a template.
func Version(dockerCLI command.Cli, v version.Versions, format string) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, v)
	case format == formatJSON:
		return encode(dockerCLI.Out(), v, "")
	}
	return put(dockerCLI.Out(), fitted(dockerCLI.Out(), worded(
		"docker-multiplat %s, commit %s, buildx %s, BuildKit %s, %s\n", v.Version, v.Commit, v.Buildx, v.BuildKit, v.Go)))
}
