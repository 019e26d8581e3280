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
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
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
		row.report = localtest.Report{
			Cases: []localtest.Case{{Name: "true", Verdict: localtest.Passed}},
			Took:  12340 * time.Millisecond,
		}
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
	b.draft, b.verdict = savePassed(t, s, "me/app:1", "app"), draft.Passed
	b.plan.names, b.plan.load = append(b.plan.names, named(t, "me/app:1")), true
	assert.NilError(t, b.report(nil, progressOptions{mode: "plain"}))
	golden.Assert(t, fake.stderr.String(), "hints-passed.golden")

	fake.stderr.Reset()
	b.verdict, b.results = draft.Untested, nil
	b.hints()
	assert.Check(
		t,
		strings.Contains(fake.stderr.String(), "test it before you publish it with:\n  docker multiplat test me/app:1\n"),
	)
}

// --format prints the rows for programs, on standard output in the place of the result, also of a build that failed.
func TestBuildFormats(t *testing.T) {
	fake := newFakeCLI(t)
	b := outcomes(t, fake, "me/app:1", "amd64", "arm64")
	b.plan.names = append(b.plan.names, named(t, "me/app:1"))
	b.results[1].verdict, b.results[1].reason = localtest.Failed, "true: exit code 1, not 0"
	for _, tc := range []struct{ format, want string }{
		{"{{.Platform}} {{.Kind}} {{.Verdict}} {{.Loaded}}", "linux/amd64 native passed me/app:1--amd64\n" +
			"linux/arm64 emulated failed me/app:1--arm64\n"},
		{`table {{.Platform}}\t{{.Verdict}}`, "PLATFORM      VERDICT\nlinux/amd64   passed\nlinux/arm64   failed\n"},
		{"json", `[{"platform":"linux/amd64","build":71.34,"kind":"native","audit":"ok","loaded":"me/app:1--amd64",` +
			`"tests":{"true":"passed"},"cached":true,"verdict":"passed"},` +
			`{"platform":"linux/arm64","build":71.34,"kind":"emulated","audit":"ok","loaded":"me/app:1--arm64",` +
			`"tests":{"true":"passed"},"emulated":true,"cached":true,"verdict":"failed",` +
			`"reason":"true: exit code 1, not 0"}]` + "\n"},
	} {
		fake.stdout.Reset()
		b.format = tc.format
		assert.Equal(t, ExitCode(b.report(nil, progressOptions{mode: "plain"})), exitTests)
		assert.Equal(t, fake.stdout.String(), tc.want)
		assert.Equal(t, fake.stderr.String(), "")
	}
	fake.stdout.Reset()
	b.format, b.results = "{{.Platform}}", b.results[:1]
	b.draft, b.verdict = savePassed(t, openStore(t, fake), "me/app:1", "app"), draft.Passed
	assert.NilError(t, b.report(nil, progressOptions{mode: "quiet"}))
	assert.Equal(t, fake.stdout.String(), "linux/amd64\n")
}

func TestBuildFormatRefusals(t *testing.T) {
	folder, digested := buildContext(t), untouchedRegistry(t)+"/app@sha256:"+strings.Repeat("0", 64)
	assertRefused(t, []refusal{
		{"build", []string{"build", "--format", "yaml", "-t", "a", folder}, []string{`"yaml"`, "table or json"}},
		{
			"build and push",
			[]string{"build", "--push", "--format", "json", "-t", "a", folder},
			[]string{`"json"`, "--report FILE"},
		},
		{"test", []string{"test", "--format", "{{", "a"}, []string{`"{{"`, "such as {{json .}}"}},
		{"test of a digest", []string{"test", "--format", "json", digested}, []string{`"json"`, "--report FILE"}},
	})
}
