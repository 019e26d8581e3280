package plugin

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
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
			assert.NilError(t, outcomeTable(outcomes(t, tc.image, tc.platforms...)).print(&out))
			golden.Assert(t, out.String(), tc.golden)
			for line := range strings.Lines(out.String()) {
				assert.Check(t, len(strings.TrimRight(line, "\n")) <= 80, line)
			}
		})
	}
}

// outcomes are rows of a build that took its time, loaded under a name.
func outcomes(t *testing.T, name string, platforms ...string) buildResult {
	t.Helper()
	plan := buildPlan{names: []reference.NamedTagged{named(t, name)}}
	plan.name, plan.mode = plan.names[0], testMode
	plan.platforms.Platforms = parsePlatforms(t, platforms...)
	r := buildResult{plan: plan}
	for i, p := range plan.platforms.Platforms {
		native := i == 0
		r.placed = append(r.placed, builder.Placement{Platform: p, Node: "multiplat0", Native: native})
		row := buildRow{took: 71*time.Second + 340*time.Millisecond, trialOutcome: trialOutcome{
			platform: p, audit: &audit.Report{}, state: draft.Passed, reused: true, emulated: !native,
			loaded: familiarArchName(named(t, name), p),
		}}
		row.report = localtest.Report{
			Cases: []localtest.Case{{Name: "true", Verdict: localtest.Passed}},
			Took:  12340 * time.Millisecond,
		}
		r.rows = append(r.rows, row)
	}
	return r
}

// After a build stands what can be done next, with the whole names, and what is not there.
func TestBuildHints(t *testing.T) {
	fake := newTestCLI(t)
	s := openStore(t, fake)
	r := outcomes(t, "me/app:1", "amd64", "arm64")
	r.draft, r.state, r.plan.mode = savePassed(t, s, "me/app:1", "app"), draft.Passed, loadMode
	assert.NilError(t, showRows(fake, r, formatTable, false))
	assert.NilError(t, showSuccess(fake, r, formatTable, false))
	golden.Assert(t, fake.stderr.String(), "hints-passed.golden")

	fake.stderr.Reset()
	r.state, r.rows = draft.Untested, nil
	showHints(fake, r)
	assert.Check(
		t,
		strings.Contains(fake.stderr.String(), "test it before you publish it with:\n  docker multiplat test me/app:1\n"),
	)
}

// What the audit notes is shown at the end to those who asked for more.
func TestAuditNotes(t *testing.T) {
	fake := newTestCLI(t)
	s := openStore(t, fake)
	image := programsOf(t, s, "linux/arm64", "/app")
	allow, err := audit.ParseGlobs([]string{"app"}, "--allow-foreign")
	assert.NilError(t, err)
	found, err := audit.New(s.Content(), s.Scans()).Audit(t.Context(), image.Image.Manifest, image.Image.Platform, allow)
	assert.NilError(t, err)
	row := buildRow{trialOutcome: trialOutcome{platform: image.Image.Platform, audit: &found}}
	r := buildResult{rows: []buildRow{{}, row}}
	assert.Equal(t, auditWords(row), "ok")
	assert.Equal(t, auditWords(buildRow{}), "-")
	auditNotes(fake, r)
	assert.Equal(t, fake.stderr.String(), "")
	t.Setenv("DEBUG", "1")
	auditNotes(fake, r)
	assert.Check(t, strings.Contains(fake.stderr.String(),
		"linux/arm64: note: /app: x86-64 executable; allowed by --allow-foreign"))
	found.Findings[0].Severity = audit.Error
	assert.Equal(t, auditWords(row), "failed")
}
