package view

import (
	"io"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/streams"

	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/check"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/version"
)

// FormatSARIF is what GitHub's code scanning takes.
const FormatSARIF = "sarif"

// CheckLintFormat is CheckFormat, where sarif is a format too.
func CheckLintFormat(format string) error {
	return checkFormat(format, formatJSON, FormatSARIF)
}

// Check writes what a check has seen; quiet leaves the remarks away.
func Check(dockerCLI command.Cli, r check.Result, format string, quiet bool) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, r)
	case format == formatJSON:
		return encode(dockerCLI.Out(), r, "")
	case format == FormatSARIF:
		return encode(dockerCLI.Out(), check.SARIF(r, version.Read().Version), "  ")
	}
	if !quiet {
		for _, note := range r.Notes {
			Say(dockerCLI, "%s", note)
		}
	}
	if err := checkedImages(dockerCLI.Out(), r); err != nil {
		return err
	}
	for _, f := range r.Findings {
		if err := printf(dockerCLI.Out(), "\n"); err != nil {
			return err
		}
		if err := finding(dockerCLI.Out(), r.File, f); err != nil {
			return err
		}
	}
	if len(r.Findings) == 0 && !quiet {
		Say(dockerCLI, "nothing was found")
	}
	return nil
}

// checkedImages is the table image × platform.
func checkedImages(out *streams.Out, r check.Result) error {
	if len(r.Images) == 0 {
		return nil
	}
	grid := section{title: "IMAGE", header: append([]string{""}, r.Platforms...), sides: r.Platforms}
	for _, image := range r.Images {
		cells := []string{check.Familiar(image.Name)}
		for _, c := range image.Platforms {
			cells = append(cells, checkedCell(c))
		}
		grid.rows = append(grid.rows, cells)
	}
	return printTable(out, grid.grid(int(widthOf(out))))
}

// checkedCell is an image for one platform in a word or two.
func checkedCell(c check.Cell) string {
	switch {
	case c.State == check.NotTaken:
		return "-"
	case c.State == check.Served && c.For != "":
		return "served (" + c.For + ")"
	case c.State == check.SingleImage || c.State == check.PinnedPlatform || c.State == check.OtherArchitecture:
		return c.Got + " only"
	case c.State == check.OtherOSVersion && c.Got != "":
		return c.Got
	}
	return string(c.State)
}

// finding is one finding: where, how bad, which; the cause, the cure, and what to write.
func finding(w io.Writer, file string, f lint.Finding) error {
	on := ""
	if len(f.Platforms) > 0 {
		on = " (" + strings.Join(f.Platforms, ", ") + ")"
	}
	if err := printf(w, "%s:%d: %s %s%s\n", file, f.Line, string(f.Severity), f.Rule, on); err != nil {
		return err
	}
	lines := []string{f.Cause}
	if f.Cure != "" {
		lines = append(lines, "cure: "+f.Cure)
	}
	for _, line := range f.Lines {
		lines = append(lines, quoteMark+line)
	}
	if f.URL != "" {
		lines = append(lines, f.URL)
	}
	var text strings.Builder
	for _, line := range lines {
		text.WriteString("  " + visible.Whole(line) + "\n")
	}
	return block(w, text.String())
}
