package command

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// testGroup reads a test group off a command line.
func testGroup(t *testing.T, args ...string) option.Test {
	t.Helper()
	var o option.Test
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	o.AddFlags(flags)
	assert.NilError(t, flags.Parse(args))
	return o
}

// Every flag of the tests comes back as it was given, but for the values of variables.
func TestWordsOfTests(t *testing.T) {
	words := []string{
		"--test=app --version",
		"--test=--help",
		"--test-exec=true",
		"--test-script=./scan",
		"--test-config=/t.yaml",
		`--test-stdin={"name":"n","input":"a","expect":"b<c"}`,
		"--test-env=A",
		"--test-network=net",
		"--test-sandbox=strict",
		"--test-memory=64MiB",
		"--test-cpus=0.5",
		"--test-pids=7",
		"--test-timeout=5s",
		"--test-emulated-factor=2.5",
		"--test-skip=linux/arm64=hangs",
		"--allow-foreign=/opt/**",
	}
	o := testGroup(t, words...)
	assert.DeepEqual(t, o.Words(), words)
	o = testGroup(t, "--test-env=TOKEN=secret") // a value is kept nowhere
	assert.DeepEqual(t, o.Words(), []string{"--test-env=TOKEN"})
	o = testGroup(t)
	assert.Equal(t, len(o.Words()), 0)
	o = testGroup(t, "--test-timeout", "60s")
	both, err := o.After([]string{"--test=x", "--test-timeout=5s"})
	assert.NilError(t, err)
	assert.Equal(t, both.Timeout, time.Minute)
	assert.DeepEqual(t, both.Commands, []string{"x"})
}

// A bare test repeats the tests of before; one that says its own does not.
func TestBareTestRepeats(t *testing.T) {
	fake := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.SavePassed(t, s, "app:1", "app")
	plugintest.SaveNote(t, s, "app:1", "linux/amd64", draft.Note{
		State: draft.Failed, Reason: "x",
		Tests: []string{"--test=sh -c 'exit 7'"},
	})
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	for _, tc := range []struct {
		args []string
		want []string
	}{
		{want: []string{"sh -c 'exit 7'"}},
		{args: []string{"--test", "true"}, want: []string{"true"}},
	} {
		o := testCommandOptions{Test: testGroup(t, tc.args...), Progress: view.Progress{Mode: "plain"}}
		plan, err := testsOf(o.Test, trial.Plan{Mode: trial.Test, Name: d.Name})
		assert.NilError(t, err)
		test, err := build.OpenDraft(dockercli.Host{}, s, build.Plan{Plan: plan}, d)
		assert.NilError(t, err)
		assert.NilError(t, o.repeat(t.Context(), fake, "", plan, test))
		assert.DeepEqual(t, textsOf(test.Result().Plan.Tests.Commands), tc.want)
	}
}

// textsOf are commands as they were spelled.
func textsOf(commands []localtest.Command) []string {
	texts := make([]string, 0, len(commands))
	for _, c := range commands {
		texts = append(texts, c.Text)
	}
	return texts
}

// The command to test once more says the tests.
func TestNextTestSaysTheTests(t *testing.T) {
	r := outcomes(t, "app:1", "amd64")
	r.Rows[0].State, r.Rows[0].Reason = draft.Failed, "exit code 7, not 0"
	r.Rows[0].Tests = []string{"--test=sh -c 'exit 7'", "--test=--help"}
	err := errorOf(r, advice.Line{})
	assert.Equal(t, failure.ExitCode(err), failure.ExitTests)
	want := `test it once more with: docker multiplat test --test 'sh -c '\''exit 7'\''' --test=--help app:1`
	assert.Assert(t, strings.Contains(explained(err), want), explained(err))
}
