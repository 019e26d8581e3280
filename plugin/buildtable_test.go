package plugin

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// outcomes are rows of a build that took its time, loaded under a name.
func outcomes(t *testing.T, fake *fakeCLI, name string, platforms ...string) *building {
	t.Helper()
	b := &building{dockerCLI: fake}
	b.plan.platforms = parsePlatforms(t, platforms...)
	for i, p := range b.plan.platforms {
		native := i == 0
		b.placed = append(b.placed, builder.Placement{Platform: p, Node: "multiplat0", Native: native})
		row := platformResult{
			platform: p, built: 71*time.Second + 340*time.Millisecond, audited: true, verdict: localtest.Passed, cached: true,
			emulated: !native, loaded: familiarArchName(named(t, name), p),
		}
		row.report = localtest.Report{Cases: []localtest.Case{{Verdict: localtest.Passed}}, Took: 12340 * time.Millisecond}
		b.results = append(b.results, row)
	}
	return b
}

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
			assert.NilError(t, outcomes(t, newFakeCLI(t), tc.image, tc.platforms...).table().print(&out))
			golden.Assert(t, out.String(), tc.golden)
			for line := range strings.Lines(out.String()) {
				assert.Check(t, len(strings.TrimRight(line, "\n")) <= 80, line)
			}
		})
	}
}

// After a build stands what can be done next, with the whole names, and what is not there.
func TestBuildHints(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	b := outcomes(t, fake, "me/app:1", "amd64", "arm64")
	b.draft, b.verdict = savePassed(t, s, "me/app:1", "app"), passedWord
	b.plan.names, b.plan.load = append(b.plan.names, named(t, "me/app:1")), true
	assert.NilError(t, b.report(nil, progressOptions{mode: "plain"}))
	golden.Assert(t, fake.stderr.String(), "hints-passed.golden")

	fake.stderr.Reset()
	b.verdict, b.results = string(untested), nil
	b.hints()
	assert.Check(
		t,
		strings.Contains(fake.stderr.String(), "test it before you publish it with:\n  docker multiplat test me/app:1\n"),
	)
}
