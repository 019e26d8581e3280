package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// writeMarkdown writes a table, and what is wrong below it, for the summary of a job.
func writeMarkdown(w io.Writer, run Run) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## Tests of %s\n\n", visible.Markdown(run.Name))
	writeTable(&b, Matrix(run))
	for _, p := range run.Platforms {
		if p.Reason != "" && len(p.Cases) == 0 {
			text := visible.Markdown(fmt.Sprintf("%s: %s: %s", p.Name, p.Verdict, p.Reason))
			fmt.Fprintf(&b, "\n- %s\n", text)
			writeOutput(&b, p.Output)
		}
		for _, note := range p.Notes {
			fmt.Fprintf(&b, "\n- %s: %s\n", visible.Markdown(p.Name), visible.Markdown(note))
		}
		for _, c := range p.Cases {
			writeProblem(&b, p.Name, c)
		}
	}
	if rows := emulated(run); len(rows) > 1 {
		fmt.Fprintf(&b, "\n### Emulated steps of the build\n\n")
		writeTable(&b, rows)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeTable writes rows, of which the first is the header.
func writeTable(b *strings.Builder, rows [][]string) {
	for i, row := range rows {
		cells := make([]string, 0, len(row))
		for _, text := range row {
			cells = append(cells, visible.Markdown(text))
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
		if i == 0 {
			fmt.Fprintf(b, "|%s\n", strings.Repeat(" --- |", len(row)))
		}
	}
}

func writeProblem(b *strings.Builder, platform string, c localtest.Case) {
	if c.Verdict == localtest.Passed {
		return
	}
	fmt.Fprintf(
		b,
		"\n- %s: %s: **%s**: %s\n",
		visible.Markdown(platform),
		visible.Markdown(c.Name),
		c.Verdict,
		visible.Markdown(c.Reason),
	)
	writeOutput(b, c.Output)
}

// writeOutput writes what a test or a step of a build has written.
func writeOutput(b *strings.Builder, output string) {
	if output != "" {
		// An indented block cannot be closed by what is in it.
		fmt.Fprintf(b, "\n      %s\n", strings.ReplaceAll(output, "\n", "\n      "))
	}
}
