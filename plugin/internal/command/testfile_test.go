package command

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// contextWith makes a build context with a test file in it.
func contextWith(t *testing.T, text string) (folder, path string) {
	t.Helper()
	folder = t.TempDir()
	path = filepath.Join(folder, testfile.Name)
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\n"), 0o600))
	assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
	return folder, path
}

// planOf is the plan of a build for three platforms.
func planOf(t *testing.T, args ...string) build.Plan {
	t.Helper()
	fake := plugintest.NewCLI(t)
	const list = "--platform=linux/amd64,linux/arm64,linux/s390x"
	options := parseBuild(t, fake, append([]string{list, "-t", "app:1"}, args...)...)
	p, err := options.plan(fake)
	assert.ErrorContains(t, err, "there is no builder") // all else is said by then
	return p
}

// The plan of a build says what the file of its context has for each platform, and what was given beside it.
func TestTestFileInThePlan(t *testing.T) {
	folder, path := contextWith(t, `targets:
  slim: {test: [slim check]}
  default:
    test: [app check]
    platforms:
      linux/arm64: {exec: [wget x], test: []}
      linux/s390x: {skip: no board}
`)
	for _, tc := range []struct {
		args []string
		want []string
		none string
	}{
		{nil, []string{
			"tests      as " + path, `linux/amd64: build, audit, load as app:1--amd64, run "app check"` + "\n", `, run "wget x" inside`,
			"linux/s390x: build, audit, load as app:1--s390x, run nothing (no board)",
		}, "slim"},
		{[]string{"--test", "more"}, []string{`run "app check", "more"` + "\n", `run "more", "wget x" inside`}, ""},
		{[]string{"--target", "slim"}, []string{`linux/s390x: build, audit, load as app:1--s390x, run "slim check"`}, "app check"},
		{[]string{"--test-file", "none"}, []string{"linux/amd64: build, audit\n"}, "check"},
	} {
		text := view.PlanText(planOf(t, append(tc.args, folder)...), build.Surveyed{})
		for _, want := range tc.want {
			assert.Check(t, strings.Contains(text, want), "%q\n%s", tc.args, text)
		}
		assert.Check(t, tc.none == "" || !strings.Contains(text, tc.none), text)
	}
}

// A flag wins over the file, also one that says what is so by default. Exceptions count for their platform alone, and
// what an emulator is given for those that need one. A draft keeps what the file says, values of variables included.
func TestFlagsWinOverTheTestFile(t *testing.T) {
	folder, _ := contextWith(t, `targets:
  default:
    timeout: 5s
    env: [A=1]
    emulated: {timeout: 2m}
    platforms:
      linux/arm64: {allow-foreign: [/opt/**]}
`)
	arm, amd := plugintest.Linux("arm64", ""), plugintest.Linux("amd64", "")
	p := planOf(t, "--test", "a", "--test-env", "TOKEN=secret", folder)
	assert.Equal(t, p.For(amd, false).Tests.Timeout, 5*time.Second)
	assert.Equal(t, p.For(amd, true).Tests.Timeout, 2*time.Minute)
	assert.DeepEqual(
		t,
		p.For(amd, false).Flags,
		[]string{"--test=a", "--test-env=A=1", "--test-env=TOKEN", "--test-timeout=5s"},
	)
	assert.Equal(t, len(p.For(arm, false).AllowForeign.Patterns()), 1)
	assert.Equal(t, len(p.For(amd, false).AllowForeign.Patterns()), 0)
	assert.Assert(t, p.For(arm, true).Tests.Advice.Smoke != "")
	p = planOf(t, "--test-timeout", "30s", folder)
	assert.Equal(t, p.For(amd, false).Tests.Timeout, 30*time.Second)
	assert.Equal(t, p.For(amd, true).Tests.Timeout, 30*time.Second)
}

// A file that asks for no test makes a build none that tests.
func TestTestFileWithoutTests(t *testing.T) {
	folder, _ := contextWith(t, "targets: {default: {allow-foreign: [/opt/**]}}\n")
	assert.Equal(t, planOf(t, folder).Mode, trial.Audit)
	folder, _ = contextWith(t, "targets: {default: {platforms: {linux/arm64: {test: [a]}}}}\n")
	assert.Equal(t, planOf(t, folder).Mode, trial.Test)
}

// Each platform repeats the tests that it was put to; one that was put to none yet, those of the others.
func TestBareTestRepeatsPerPlatform(t *testing.T) {
	fake := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.SaveDraft(t, s, "app:1", "amd64,arm64,s390x", plugintest.UntestedImage(t, s, "amd64", "app"),
		plugintest.UntestedImage(t, s, "arm64", "app"), plugintest.UntestedImage(t, s, "s390x", "app"))
	plugintest.SaveNote(t, s, "app:1", "linux/amd64", draft.Note{State: draft.Passed, Tests: []string{"--test=a"}})
	plugintest.SaveNote(t, s, "app:1", "linux/arm64", draft.Note{
		State: draft.Skipped, Tests: []string{"--test=b", "--test-skip=linux/arm64=hangs"},
	})
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	o := testCommandOptions{Test: testGroup(t), Progress: view.Progress{Mode: "plain"}}
	plan, err := testsOf(o.Test, trial.Plan{Mode: trial.Test, Name: d.Name})
	assert.NilError(t, err)
	test, err := build.OpenDraft(dockercli.Host{}, s, build.Plan{Plan: plan}, d)
	assert.NilError(t, err)
	assert.NilError(t, o.repeat(t.Context(), fake, "", plan, test))
	repeated := test.Result().Plan
	for arch, want := range map[string][]string{"amd64": {"a"}, "arm64": {"b"}, "s390x": {"a", "b"}} {
		p := plugintest.Linux(arch, "")
		assert.DeepEqual(t, textsOf(repeated.For(p, true).Tests.Commands), want)
	}
	arm := plugintest.Linux("arm64", "")
	assert.Equal(t, repeated.For(arm, false).Skipped(arm), "hangs")
}

// The file can say what every flag of the tests says, but for those that are about one run.
func TestTestFileSaysAllThatFlagsSay(t *testing.T) {
	about := []string{"test-local", "test-file", "report", "no-test-cache"}
	keys := map[string]bool{}
	for _, kind := range []reflect.Type{
		reflect.TypeFor[testfile.Tests](), reflect.TypeFor[testfile.Platform](), reflect.TypeFor[testfile.Parity](),
	} {
		for i := range kind.NumField() {
			keys[kind.Field(i).Tag.Get("yaml")] = true
		}
	}
	var o option.Test
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	o.AddFlags(flags)
	flags.VisitAll(func(f *pflag.Flag) {
		assert.Check(t, slices.Contains(about, f.Name) != keys[strings.TrimPrefix(f.Name, "test-")], f.Name)
	})
}

// The command to test once more says no test where platforms were put to tests of their own: it repeats each one's.
func TestNextTestRepeatsWhatDiffers(t *testing.T) {
	r := outcomes(t, "app:1", "amd64")
	r.Rows[0].State, r.Rows[0].Reason, r.Rows[0].Tests = draft.Failed, "exit code 7, not 0", []string{"--test=only here"}
	r.Plan.Own = []trial.Own{{}}
	want := "test it once more with: docker multiplat test app:1\n"
	said := explained(errorOf(r, advice.Line{}))
	assert.Assert(t, strings.Contains(said, want), said)
}
