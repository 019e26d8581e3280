package plugin

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// reported runs the report over the outcomes of amd64 and arm64.
func reported(t *testing.T, fake *testCLI, amd64, arm64 trialOutcome, show progressOptions) error {
	t.Helper()
	s := openStore(t, fake)
	plan := buildPlan{names: []reference.NamedTagged{named(t, "app:1")}}
	plan.name, plan.platforms.Platforms = plan.names[0], parsePlatforms(t, "amd64", "arm64")
	amd64.platform, arm64.platform = plan.platforms.Platforms[0], plan.platforms.Platforms[1]
	r := buildResult{plan: plan, draft: savePassed(t, s, "app:1", "app"), rows: []buildRow{
		{trialOutcome: amd64}, {trialOutcome: arm64},
	}}
	return concluded(fake, r, nil, formatTable, show.silent())
}

func TestReportExitCodes(t *testing.T) {
	unbuilt := trialOutcome{state: draft.NotBuilt, err: errors.New("building: RUN false")}
	failed := trialOutcome{state: draft.Failed, reason: "smoke test: exit code 3", loaded: "app:1--x"}
	unclear := trialOutcome{state: draft.Inconclusive, reason: "smoke test: out of memory"}
	passed, untested := trialOutcome{state: draft.Passed}, trialOutcome{state: draft.Untested}
	for _, tc := range []struct {
		name         string
		amd64, arm64 trialOutcome
		want         int
	}{
		{"all passed", passed, passed, exitDone},
		{"untested", untested, untested, exitDone},
		{"one not built", passed, unbuilt, exitBuild},
		{"one failed", failed, passed, exitTests},
		{"one inconclusive", passed, unclear, exitInconclusive},
		{"not built before failed", failed, unbuilt, exitBuild},
		{"failed before inconclusive", unclear, failed, exitTests},
		{"mismatch", passed, trialOutcome{state: draft.Broken, err: store.ErrCorrupt}, exitIntegrity},
		{
			"mismatch before not built", unbuilt,
			trialOutcome{state: draft.Broken, err: fmt.Errorf("loading: %w", localtest.ErrIdentity)}, exitIntegrity,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := newTestCLI(t)
			err := reported(t, fake, tc.amd64, tc.arm64, progressOptions{mode: "plain"})
			assert.Equal(t, codeOf(err), tc.want, "%v", err)
			printed := fake.stdout.String() != ""
			assert.Equal(t, printed, tc.want == exitDone, "the result is printed when all is well, and only then")
		})
	}
}

func TestReportFailedTest(t *testing.T) {
	err := reported(t, newTestCLI(t), trialOutcome{state: draft.Passed}, trialOutcome{
		state: draft.Failed, reason: "smoke test: exit code 3", loaded: "app:1--arm64",
	}, progressOptions{mode: "plain"})
	assert.Equal(t, explained(err), `ERROR: linux/arm64: smoke test: exit code 3
  app:1 cannot be published like this. No tag was touched.
  test it once more with: docker multiplat test app:1
  next: docker run --rm -it --entrypoint sh app:1--arm64
`)
}

// What a person said no to fails the test, and what was left out does not.
func TestReportOfManual(t *testing.T) {
	fake := newTestCLI(t)
	refused := trialOutcome{state: draft.Failed, reason: "manual look by Jane Doe: no picture"}
	err := reported(t, fake, trialOutcome{state: draft.Skipped}, refused, progressOptions{mode: "plain"})
	assert.Equal(t, codeOf(err), exitTests)
	assert.Error(t, err, "linux/arm64: manual look by Jane Doe: no picture")
	fake.stderr.Reset()
	skipped := trialOutcome{state: draft.Skipped, reason: "nobody looked at it"}
	assert.NilError(t, reported(t, fake, trialOutcome{state: draft.Passed}, skipped, progressOptions{mode: "plain"}))
	assert.Assert(t, strings.Contains(fake.stderr.String(), "it is not tested yet"))
}

// What the environment makes silent has no table and no hints; the result is on standard output all the same.
func TestSilentByEnvironment(t *testing.T) {
	fake := newTestCLI(t)
	t.Setenv("BUILDKIT_PROGRESS", "quiet")
	passed := trialOutcome{state: draft.Passed}
	assert.NilError(t, reported(t, fake, passed, passed, progressOptions{mode: "auto"}))
	assert.Equal(t, fake.stderr.String(), "")
	assert.Check(t, strings.HasPrefix(fake.stdout.String(), "app:1@sha256:"), fake.stdout.String())
}

// Each file that the audit found is in the error, with what can be done about it.
func TestReportOfAudit(t *testing.T) {
	s := openStore(t, newTestCLI(t))
	r := auditedBuild(t, s, "linux/arm64", "/app", "/other")
	err := errorOf(r)
	assert.Equal(t, codeOf(err), exitTests)
	text := explained(err)
	assert.Check(t, strings.Contains(text, "linux/arm64: audit: /app: x86-64 executable; it is the entrypoint"))
	assert.Check(t, strings.Contains(text, "linux/arm64: audit: /other: x86-64 executable"))
	assert.Check(t, strings.Contains(text, "app:1 cannot be published like this. No tag was touched."))
	assert.Check(t, !strings.Contains(text, "test it once more"), text)
	assert.Check(t, strings.Contains(text, "next: docker multiplat build -t app:1 --allow-foreign GLOB PATH"))

	name, err := reference.WithDigest(reference.TrimNamed(r.plan.name), digest.Digest("sha256:00"+strings.Repeat("1", 62)))
	assert.NilError(t, err)
	r.plan.name = name
	text = explained(errorOf(r))
	assert.Check(t, strings.Contains(text, "next: docker multiplat test --allow-foreign GLOB app@sha256:00"), text)
}

// --format prints the rows for programs, on standard output in the place of the result, also of a build that failed.
func TestBuildFormats(t *testing.T) {
	fake := newTestCLI(t)
	r := outcomes(t, "me/app:1", "amd64", "arm64")
	r.rows[1].state, r.rows[1].reason = draft.Failed, "true: exit code 1, not 0"
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
		assert.Equal(t, codeOf(concluded(fake, r, nil, tc.format, false)), exitTests)
		assert.Equal(t, fake.stdout.String(), tc.want)
		assert.Equal(t, fake.stderr.String(), "")
	}
	fake.stdout.Reset()
	r.rows = r.rows[:1]
	r.draft, r.state = savePassed(t, openStore(t, fake), "me/app:1", "app"), draft.Passed
	assert.NilError(t, concluded(fake, r, nil, "{{.Platform}}", true))
	assert.Equal(t, fake.stdout.String(), "linux/amd64\n")
}
