package plugin

import (
	"bytes"
	"fmt"

	"github.com/distribution/reference"
	"github.com/moby/sys/atomicwriter"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// reportRun is what came of the tests, as reports have it.
func (b *building) reportRun() report.Run {
	run := report.Run{Name: firstOf(b.title, reference.FamiliarString(b.plan.names[0]))}
	for _, row := range b.results {
		verdict := row.verdict
		if verdict == "" {
			verdict = untested
		}
		run.Platforms = append(run.Platforms, report.Platform{
			Name: manifest.FormatPlatform(row.platform), Emulated: row.emulated, Cached: row.cached,
			Verdict: verdict, Reason: row.failure(), Cases: row.report.Cases,
		})
	}
	return run
}

// writeReports writes the files of --report, also of tests that failed.
func (b *building) writeReports(files []string) error {
	for _, file := range files {
		var text bytes.Buffer
		if err := report.Write(&text, file, b.reportRun()); err != nil {
			return err
		}
		if err := atomicwriter.WriteFile(file, text.Bytes(), 0o644); err != nil {
			return fmt.Errorf("writing --report %q: %w", file, err)
		}
	}
	return nil
}

// printMatrix shows tests by platforms, when there is more than one of both.
func (b *building) printMatrix() error {
	run := b.reportRun()
	matrix := report.Matrix(run)
	const header, footer, few = 1, 1, 1
	if len(matrix)-header-footer <= few || len(run.Platforms) <= few {
		return nil
	}
	t := newTable(matrix[0]...)
	for _, row := range matrix[header : len(matrix)-footer] {
		t.add(row...)
	}
	say(b.dockerCLI, "")
	return t.print(b.dockerCLI.Err())
}

// tests counts the tests that passed.
func (r platformResult) tests() string {
	if len(r.report.Cases) == 0 {
		return "-"
	}
	good := 0
	for _, c := range r.report.Cases {
		if c.Verdict.Good() {
			good++
		}
	}
	return fmt.Sprintf("%d/%d %s", good, len(r.report.Cases), shortly(r.report.Took))
}
