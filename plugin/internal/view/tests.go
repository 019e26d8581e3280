package view

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/moby/sys/atomicwriter"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
)

// reportRun is what came of the tests, as reports have it.
func reportRun(r build.Result) report.Run {
	return report.Run{Name: reference.FamiliarString(r.Plan.Name), Platforms: platformsOf(r)}
}

// platformsOf is what came of each platform, as reports have it.
func platformsOf(r build.Result) (platforms []report.Platform) {
	for _, row := range r.Rows {
		platforms = append(platforms, report.Platform{
			Name: platform.Format(row.Platform), Emulated: row.Emulated, Cached: row.Reused, Build: kindOf(r, row.Platform),
			Verdict: localtest.Verdict(row.State), Reason: row.Failure(), Output: row.Output, Cases: row.Report.Cases,
			Notes:     notesOf(row),
			Emulators: emulatorsOf(r.Slow, row.Platform),
		})
	}
	return platforms
}

// notesOf are the ways in which a platform is not the app that another is, with every package that it lacks.
func notesOf(row build.Row) []string {
	var notes []string
	for _, d := range row.Differences {
		note := "not the same app as " + d.Than + ": it " + d.Text
		if len(d.Missing) > 0 {
			note += " (" + strings.Join(d.Missing, ", ") + ")"
		}
		notes = append(notes, note)
	}
	return notes
}

// stopped adds to a report what an error kept from coming to a row: nobody is to take what is empty for what passed.
func stopped(run report.Run, r build.Result, failed error) report.Run {
	for _, p := range r.Plan.Platforms.Platforms {
		if slices.ContainsFunc(r.Rows, func(row build.Row) bool { return platform.Equal(row.Platform, p) }) {
			continue
		}
		verdict := draft.NotBuilt
		if r.Plan.Request.Context == "" { // a test of what was built before
			verdict = draft.Broken
		}
		run.Platforms = append(run.Platforms, report.Platform{
			Name: platform.Format(p), Verdict: localtest.Verdict(verdict), Reason: failed.Error(),
		})
	}
	if len(run.Platforms) == 0 {
		run.Platforms = []report.Platform{{
			Name: "every platform", Verdict: localtest.Verdict(draft.Broken), Reason: failed.Error(),
		}}
	}
	return run
}

// WriteReports writes the files of --report, also of tests that failed, and of a build or test that did not come to
// its end for an error.
func WriteReports(r build.Result, failed error, files []string) error {
	run := reportRun(r)
	if failed != nil {
		run = stopped(run, r, failed)
	}
	return writeRun(run, files)
}

// writeRun writes reports.
func writeRun(run report.Run, files []string) error {
	for _, file := range files {
		var text bytes.Buffer
		if err := report.Write(&text, file, run); err != nil {
			return err
		}
		if err := atomicwriter.WriteFile(report.Path(file), text.Bytes(), 0o644); err != nil {
			return fmt.Errorf("writing --report %q: %w", file, err)
		}
	}
	return nil
}

// printMatrix shows tests by platforms, when there is more than one of both.
func printMatrix(dockerCLI command.Cli, r build.Result) error {
	run := reportRun(r)
	matrix := report.Matrix(run)
	const header, footer, few = 1, 1, 1
	if len(matrix)-header-footer <= few || len(run.Platforms) <= few {
		return nil
	}
	t := newTable(matrix[0]...)
	for _, row := range matrix[header : len(matrix)-footer] {
		t.add(row...)
	}
	Say(dockerCLI, "")
	return t.print(dockerCLI.Err())
}

// testsOf counts the tests that passed.
func testsOf(row build.Row, level detail) string {
	if len(row.Report.Cases) == 0 {
		return "-"
	}
	good := 0
	for _, c := range row.Report.Cases {
		if c.Verdict.Good() {
			good++
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%d/%d %s", good, len(row.Report.Cases), level.time(row.Report.Took)))
}
