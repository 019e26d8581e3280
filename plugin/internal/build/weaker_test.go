package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// failedDraft makes app:1, whose tests have failed.
func failedDraft(t *testing.T) *store.Store {
	t.Helper()
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64",
		plugintest.Judged(t, s, plugintest.UntestedImage(t, s, "linux/amd64", "app"), localtest.Failed))
	return s
}

// triesSpec puts app:1 to tests, as tries does, with what the flags were read into.
func triesSpec(t *testing.T, s *store.Store, state draft.State, spec localtest.Spec, flags ...string) draft.Note {
	t.Helper()
	test := testOf(t, s, trial.Test)
	test.plan.Flags, test.plan.Tests = flags, spec
	o := outcomeOf(state)
	o.Flags = flags
	row := test.tried(t.Context(), test.images[0], o, Row{})
	assert.NilError(t, test.noteAsked(t.Context(), row))
	after, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	return after.Note(test.images[0].Platform)
}

// A test file counts by the tests in it: taking one out, or changing it, lifts nothing; more do.
func TestChangedFileLeavesRed(t *testing.T) {
	s := failedDraft(t)
	path := filepath.Join(t.TempDir(), "t.yaml")
	const head, one, two = "schemaVersion: 2.0.0\ncommandTests:\n",
		"- {name: one, command: app, args: [--version]}\n", "- {name: two, command: app, args: [--check]}\n"
	file := func(tests string) localtest.Spec {
		assert.NilError(t, os.WriteFile(path, []byte(head+tests), 0o600))
		read, err := structure.Load(path)
		assert.NilError(t, err)
		return localtest.Spec{Files: []structure.File{read}}
	}
	flag := "--test-config=" + path
	triesSpec(t, s, draft.Failed, file(one+two), flag)
	for _, weaker := range []string{one, "- {name: one, command: 'true'}\n" + two} {
		note := triesSpec(t, s, draft.Passed, file(weaker), flag)
		assert.Equal(t, note.State, draft.Failed)
		assert.Equal(t, note.Reason, "it failed tests that are others now: "+flag)
	}
	more := file("# the same\n" + two + one + "- {name: three, command: app}\n")
	assert.Equal(t, triesSpec(t, s, draft.Passed, more, flag).State, draft.Passed)
}

// A script on this machine counts by what is in it.
func TestChangedScriptLeavesRed(t *testing.T) {
	s := failedDraft(t)
	path := filepath.Join(t.TempDir(), "scan.sh")
	script := func(text string) localtest.Spec {
		assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
		command, err := localtest.ParseCommand(path + " --strict")
		assert.NilError(t, err)
		return localtest.Spec{Scripts: []localtest.Command{command}}
	}
	flag := "--test-script=" + path + " --strict"
	triesSpec(t, s, draft.Failed, script("exit 1"), flag)
	assert.Equal(t, triesSpec(t, s, draft.Passed, script("exit 0"), flag).State, draft.Failed)
	assert.Equal(t, triesSpec(t, s, draft.Passed, script("exit 1"), flag).State, draft.Passed)
}

// Variables are part of a test, with their values, of which the draft keeps no more than shows a change.
func TestOtherVariablesLeaveRed(t *testing.T) {
	s := failedDraft(t)
	const test, variable = "--test=app", "--test-env=MODE"
	with := func(entries ...string) localtest.Spec {
		return localtest.Spec{Commands: []localtest.Command{{Text: "app", Args: []string{"app"}}}, Env: entries}
	}
	note := triesSpec(t, s, draft.Failed, with("MODE=s3cret"), test, variable)
	assert.DeepEqual(t, note.Owed, []string{test, variable})
	for word, sum := range note.Sums {
		assert.Assert(t, !strings.Contains(sum, "s3cret"))
		assert.Assert(t, len(sum) < 40, "%s %s", word, sum)
	}
	other := triesSpec(t, s, draft.Passed, with("MODE=lenient"), test, variable)
	assert.Equal(t, other.Reason, "it failed tests that are others now: "+variable)
	assert.Equal(t, triesSpec(t, s, draft.Passed, with(), test).State, draft.Failed)
	more := triesSpec(t, s, draft.Passed, with("MODE=s3cret", "SKIP=1"), test, variable, "--test-env=SKIP")
	assert.Equal(t, more.Reason, "it failed without --test-env=SKIP")
	assert.Equal(t, triesSpec(t, s, draft.Passed, with("MODE=s3cret"), test, variable).State, draft.Passed)
}

// A failed smoke test is no test that was asked for less: it is run beside those that are named, and has to pass.
func TestNamedTestsDoNotReplaceTheSmokeTest(t *testing.T) {
	s := failedDraft(t)
	note := triesSpec(t, s, draft.Failed, localtest.Spec{})
	assert.DeepEqual(t, note.Owed, []string{"--test-local"})
	assert.Equal(t, len(note.Tests), 0, "a bare test runs it")
	test := testOf(t, s, trial.Test)
	named := localtest.Spec{Commands: []localtest.Command{{Text: "true", Args: []string{"true"}}}}
	test.plan.Tests, test.bench.Plan.Tests = named, named
	bench, err := test.benchFor(t.Context(), test.bench, test.images[0])
	assert.NilError(t, err)
	assert.Assert(t, bench.Plan.Tests.Smoke)
	assert.Assert(t, !test.bench.Plan.Tests.Smoke, "which is so for this image alone")

	assert.Equal(t, triesSpec(t, s, draft.Failed, named, "--test=true").State, draft.Failed)
	both := triesSpec(t, s, draft.Passed, named, "--test=true")
	assert.Equal(t, both.State, draft.Passed, "the smoke test was run with it")
	assert.Assert(t, is.Len(both.Owed, 0))
}
