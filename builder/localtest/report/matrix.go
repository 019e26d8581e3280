package report

import (
	"cmp"
	"fmt"
	"time"
)

// Matrix is tests by platforms as texts: the first row names the platforms, the first column the tests.
func Matrix(run Run) [][]string {
	header := []string{"TEST"}
	for _, p := range run.Platforms {
		header = append(header, p.Title())
	}
	rows := [][]string{header}
	for _, name := range tests(run) {
		row := []string{name}
		for _, p := range run.Platforms {
			row = append(row, cell(p, name))
		}
		rows = append(rows, row)
	}
	return append(rows, footer(run))
}

// byTarget parts a run by its targets, in their order: one is a run of its own.
func byTarget(run Run) (parts []Run) {
	for _, p := range run.Platforms {
		if len(parts) == 0 || parts[len(parts)-1].Name != p.Target {
			parts = append(parts, Run{Name: p.Target})
		}
		last := &parts[len(parts)-1]
		last.Platforms = append(last.Platforms, p)
	}
	return parts
}

// tests are the names of all tests, in the order in which they are met.
func tests(run Run) (names []string) {
	seen := map[string]bool{}
	for _, p := range run.Platforms {
		for _, c := range p.Cases {
			if !seen[c.Name] {
				seen[c.Name] = true
				names = append(names, c.Name)
			}
		}
	}
	return names
}

// cell says what came of a test on a platform.
func cell(p Platform, name string) string {
	for _, c := range p.Cases {
		if c.Name != name {
			continue
		}
		if p.Cached {
			return string(c.Verdict) + " (cached)"
		}
		if c.Took > 0 {
			return fmt.Sprintf("%s %s", c.Verdict, c.Took.Round(10*time.Millisecond))
		}
		return string(c.Verdict)
	}
	return "-"
}

// footer says what came of each platform.
func footer(run Run) []string {
	row := []string{"verdict"}
	for _, p := range run.Platforms {
		text := string(p.Verdict)
		switch how := p.execution(); {
		case how != none:
			text += ", " + how
		case p.Build != "" && len(p.Cases) == 0:
			text += " (build " + p.Build + ")"
		}
		row = append(row, text)
	}
	return row
}

// emulated lists the steps of a build that emulators ran, below a header; nothing where there are none.
func emulated(run Run) [][]string {
	rows := [][]string{{"Platform", "Step", "Seconds", "Natively", "Times", "Rule"}}
	for _, p := range run.Platforms {
		if p.Emulators == nil {
			continue
		}
		for _, step := range p.Emulators.Steps {
			native, times := "-", "-"
			if step.NativeSeconds > 0 {
				native = fmt.Sprintf("%.1f", step.NativeSeconds)
				times = fmt.Sprintf("%.0f", step.Seconds/step.NativeSeconds)
			}
			rows = append(rows, []string{
				p.Title(), step.Instruction, fmt.Sprintf("%.1f", step.Seconds), native, times, cmp.Or(step.Rule, "-"),
			})
		}
	}
	if len(rows) == 1 {
		return nil
	}
	return rows
}
