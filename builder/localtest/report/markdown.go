package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// writeMarkdown writes the verdict, a table, what is wrong below it, and digests, for the summary of a job.
func writeMarkdown(w io.Writer, run Run) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## Tests of %s\n\n", visible.Markdown(run.Name))
	mark := "✔"
	if !run.Good() {
		mark = "✘"
	}
	fmt.Fprintf(&b, "%s **%s**\n", mark, visible.Markdown(run.Headline()))
	for _, part := range byTarget(run) {
		if part.Name != "" {
			fmt.Fprintf(&b, "\n### %s\n", visible.Markdown(part.Name))
			for i := range part.Platforms {
				part.Platforms[i].Target = "" // it stands above
			}
		}
		b.WriteString("\n")
		writeTable(&b, Matrix(part))
	}
	if run.Failure != "" {
		writeOutput(&b, run.Failure)
	}
	for _, p := range run.Platforms {
		writePlatform(&b, p)
	}
	for _, section := range []struct {
		title string
		rows  [][]string
	}{
		{"Emulated steps of the build", emulated(run)},
		{"Audit", findings(run)},
		{"Time", spent(run)},
		{"Digests", digests(run)},
	} {
		if len(section.rows) > 1 {
			fmt.Fprintf(&b, "\n### %s\n\n", section.title)
			writeTable(&b, section.rows)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writePlatform writes what is wrong on a platform, and what else is worth knowing.
func writePlatform(b *strings.Builder, p Platform) {
	if p.Reason != "" && len(p.Cases) == 0 {
		text := visible.Markdown(fmt.Sprintf("%s: %s: %s", p.Title(), p.Verdict, p.Reason))
		fmt.Fprintf(b, "\n- %s\n", text)
		writeOutput(b, p.Output)
	}
	for _, note := range p.Notes {
		fmt.Fprintf(b, "\n- %s: %s\n", visible.Markdown(p.Title()), visible.Markdown(note))
	}
	for _, c := range p.Cases {
		writeProblem(b, p.Title(), c)
	}
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

// findings are what the audit found, below a header.
func findings(run Run) [][]string {
	rows := [][]string{{"Platform", "Severity", "File", "What"}}
	for _, p := range run.Platforms {
		if p.Audit == nil {
			continue
		}
		for _, f := range p.Audit.Findings {
			path := f.Path
			f.Path = ""
			rows = append(rows, []string{p.Title(), f.Severity, path, f.String()})
		}
	}
	return rows
}

// digests are what there is now, below a header.
func digests(run Run) [][]string {
	rows := [][]string{{"Of", "Digest"}}
	for _, image := range run.Images {
		if image.Digest != "" {
			rows = append(rows, []string{image.Name, image.Digest})
		}
	}
	for _, p := range run.Platforms {
		for _, d := range p.Digests {
			rows = append(rows, []string{p.Title() + " " + d.Of, d.Digest})
		}
	}
	return rows
}

// spent is how long each platform was at each phase, and what was reused, below a header.
func spent(run Run) [][]string {
	rows := [][]string{append(append([]string{"Platform"}, phases()...), "reused")}
	for _, p := range run.Platforms {
		if len(p.Steps) == 0 {
			continue
		}
		row := []string{p.Title()}
		for _, phase := range phases() {
			text := "-"
			if began, ended, is := p.during(phase); is {
				text = shortly(ended - began)
			}
			row = append(row, text)
		}
		rows = append(rows, append(row, orDash(strings.Join(p.reused().words(), ", "))))
	}
	return rows
}

// during is when a phase began, and when it ended.
func (p Platform) during(phase string) (began, ended time.Duration, is bool) {
	for _, s := range p.Steps {
		if s.Phase != phase {
			continue
		}
		if !is || s.Began < began {
			began = s.Began
		}
		ended, is = max(ended, s.Began+s.Took), true
	}
	return began, ended, is
}

// orDash is a text, or a dash in its place.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// shortly is a time as people read it.
func shortly(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}
