package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/distribution/reference"
	"github.com/docker/cli/cli/streams"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// The table of a build fits into 80 columns, whatever the name; what it leaves out then is said elsewhere.
func TestBuildTableFits(t *testing.T) {
	for _, tc := range []struct {
		name, image, golden string
		platforms           []string
	}{
		{"short name", "app:1", "table-short.golden", []string{"amd64", "arm64"}},
		{"name of a user", "somebody/app:1.0", "table-user.golden", []string{"amd64", "arm64"}},
		{
			"name of a registry", "registry.example.com:5000/team/project/application:1.0.0-rc1", "table-registry.golden",
			[]string{"amd64", "arm64", "arm/v7", "ppc64le", "s390x"},
		},
		{
			"long tag", "app:" + strings.Repeat("x", 100), "table-tag.golden",
			[]string{"amd64", "arm64"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			assert.NilError(t, printTable(&out, outcomeTable(outcomes(t, tc.image, tc.platforms...), 80)))
			golden.Assert(t, out.String(), tc.golden)
			for line := range strings.Lines(out.String()) {
				assert.Check(t, len(strings.TrimRight(line, "\n")) <= 80, line)
			}
		})
	}
}

// How a platform was tested is the last that a table leaves out: names and times go before.
func TestBuildTableKeepsItsWords(t *testing.T) {
	tested := outcomes(t, "registry.example.com/web:1.0.0-rc.20261128.abcdef1", "amd64", "arm64", "arm/v7", "s390x")
	tested.Placed = nil // nothing was built
	for i := range tested.Rows {
		tested.Rows[i].Took = 0
	}
	for _, width := range []uint{1, 60, 70, 80, 100, 200} {
		var out bytes.Buffer
		assert.NilError(t, printTable(&out, outcomeTable(tested, width)))
		assert.Equal(t, strings.Count(out.String(), "passed (cached)"), 4, out.String())
		assert.Equal(t, strings.Count(out.String(), "emulated\n"), 3, out.String())
	}
}

// A table is as wide as the terminal it is shown on; a log has no width.
func TestBuildTableWidth(t *testing.T) {
	name := "registry.example.com/team/web:1.0.0-rc.20261128.abcdef1"
	r := outcomes(t, name, "amd64", "arm64")
	for width, loaded := range map[uint16]string{60: " yes ", 80: " yes ", 100: " 1.0.0-rc.20261128.abcdef1--arm64 ", 200: " " + name + "--arm64 "} {
		ours, theirs, err := pty.Open()
		assert.NilError(t, err)
		t.Cleanup(func() { assert.Check(t, errors.Join(ours.Close(), theirs.Close())) })
		assert.NilError(t, pty.Setsize(ours, &pty.Winsize{Rows: 24, Cols: width}))
		var out bytes.Buffer
		assert.NilError(t, printTable(&out, outcomeTable(r, widthOf(streams.NewOut(theirs)))))
		assert.Check(t, strings.Contains(out.String(), loaded), "%d: %s", width, out.String())
	}
	fake := plugintest.NewCLI(t)
	assert.NilError(t, Rows(fake, r, FormatTable, Showing{}))
	assert.Check(t, strings.Contains(fake.Stderr.String(), " "+name+"--arm64 "), fake.Stderr.String())
}

// What is built for a system that no node here runs is put together, and not emulated.
func TestBuildOfAnotherSystem(t *testing.T) {
	r := outcomes(t, "app:1", "linux/amd64", "windows/amd64", "linux/arm64")
	var kinds []string
	for _, row := range r.Rows {
		kinds = append(kinds, kindOf(r, row.Platform))
	}
	assert.DeepEqual(t, kinds, []string{"native", "", "emulated"})
	survey := builder.Survey{Placements: r.Placed}
	assert.Equal(t, where(survey, 1), " on multiplat0")
	assert.Equal(t, where(survey, 2), " emulated on multiplat0")
}

// outcomes are rows of a build that took its time, loaded under a name.
func outcomes(t *testing.T, name string, platforms ...string) build.Result {
	t.Helper()
	plan := build.Plan{Names: []reference.NamedTagged{plugintest.Named(t, name)}}
	plan.Name, plan.Mode = plan.Names[0], trial.Test
	plan.Platforms.Platforms = plugintest.ParsePlatforms(t, platforms...)
	r := build.Result{Plan: plan}
	for i, p := range plan.Platforms.Platforms {
		native := i == 0
		r.Placed = append(r.Placed, builder.Placement{Platform: p, Node: "multiplat0", Native: native})
		row := build.Row{Took: 71*time.Second + 340*time.Millisecond, Outcome: trial.Outcome{
			Platform: p, Audit: &audit.Report{}, State: draft.Passed, Reused: true, Emulated: !native,
			Loaded: ref.FamiliarArchName(plugintest.Named(t, name), p),
		}}
		row.Report = localtest.Report{
			Cases: []localtest.Case{{Name: "true", Verdict: localtest.Passed}},
			Took:  12340 * time.Millisecond,
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}

// After a build stands what can be done next, with the whole names, and what is not there.
func TestBuildHints(t *testing.T) {
	fake := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, fake)
	r := outcomes(t, "me/app:1", "amd64", "arm64")
	r.Draft, r.State, r.Plan.Mode = plugintest.SavePassed(t, s, "me/app:1", "app"), draft.Passed, trial.Load
	assert.NilError(t, Rows(fake, r, FormatTable, Showing{}))
	assert.NilError(t, Success(fake, r, FormatTable, false))
	golden.Assert(t, fake.Stderr.String(), "hints-passed.golden")

	fake.Stderr.Reset()
	r.State, r.Rows = draft.Untested, nil
	showHints(fake, r)
	assert.Check(
		t,
		strings.Contains(fake.Stderr.String(), "test it before you publish it with:\n  docker multiplat test me/app:1\n"),
	)

	fake.Stderr.Reset()
	r.State, r.Plan.Trust.Insecure = draft.Passed, []string{"reg.lan:5000"}
	showHints(fake, r)
	assert.Check(t, strings.Contains(fake.Stderr.String(), "publish it with:\n  docker multiplat publish "+
		"--insecure-registry reg.lan:5000 me/app:1\n"))
	r.State, r.Plan.Trust.Insecure = draft.Untested, nil

	fake.Stderr.Reset()
	r.Plan.Flags = []string{"--allow-foreign=/opt/**", "--test-timeout=1m"}
	showHints(fake, r)
	const again = "  docker multiplat test --allow-foreign '/opt/**' me/app:1\n"
	assert.Check(t, strings.Contains(fake.Stderr.String(), again), fake.Stderr.String())
}

// What the audit notes is shown at the end to those who asked for more.
func TestAuditNotes(t *testing.T) {
	fake := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, fake)
	image := plugintest.ProgramsOf(t, s, "linux/arm64", "/app")
	allow, err := audit.ParseGlobs([]string{"app"}, "--allow-foreign")
	assert.NilError(t, err)
	found, err := audit.New(s.Content(), s.Scans()).Audit(t.Context(), image.Image.Manifest, image.Image.Platform, allow)
	assert.NilError(t, err)
	row := build.Row{Outcome: trial.Outcome{Platform: image.Image.Platform, Audit: &found}}
	r := build.Result{Rows: []build.Row{{}, row}}
	assert.Equal(t, auditWords(row), "ok")
	assert.Equal(t, auditWords(build.Row{}), "-")
	auditNotes(fake, r)
	assert.Equal(t, fake.Stderr.String(), "")
	t.Setenv("DEBUG", "1")
	auditNotes(fake, r)
	assert.Check(t, strings.Contains(fake.Stderr.String(),
		"linux/arm64: note: /app: x86-64 executable; allowed by --allow-foreign"))
	found.Findings[0].Severity = audit.Error
	assert.Equal(t, auditWords(row), "failed")
}

// A report is written in the format that stands before its path, whatever the name ends in.
func TestWriteReportsByFormat(t *testing.T) {
	folder := t.TempDir()
	summary, other := filepath.Join(folder, "step_summary_1"), filepath.Join(folder, "r.xml")
	result := build.Result{Rows: []build.Row{{Outcome: trial.Outcome{
		Platform: plugintest.Linux("amd64", ""), State: draft.Passed,
	}}}}
	result.Plan.Name = plugintest.Named(t, "app:1")
	assert.NilError(t, writeReports(result, nil, []string{"md=" + summary, "json=" + other}))
	text, err := os.ReadFile(summary)
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(string(text), "| linux/amd64 "), string(text))
	text, err = os.ReadFile(other)
	assert.NilError(t, err)
	assert.Assert(t, json.Valid(text), string(text))
	assert.ErrorContains(
		t,
		writeReports(result, nil, []string{"md=" + filepath.Join(folder, "no", "r")}),
		"writing --report",
	)
}

// Nobody can publish into Docker's own docker.io/library: that is told where the draft is made, with the way out.
func TestHintsOfOfficialName(t *testing.T) {
	fake := plugintest.NewCLI(t)
	result := build.Result{State: draft.Passed}
	result.Plan.Names = []reference.NamedTagged{plugintest.Named(t, "my-image:1.0")}
	assert.NilError(t, Success(fake, result, FormatTable, false))
	text := fake.Stderr.String()
	assert.Check(t, strings.Contains(text, "docker multiplat tag my-image:1.0 USER/my-image:1.0\n"), text)
	assert.Check(t, strings.Contains(text, "docker multiplat publish USER/my-image:1.0\n"), text)
	assert.Check(t, !strings.Contains(text, "docker multiplat publish my-image:1.0"), text)
}
