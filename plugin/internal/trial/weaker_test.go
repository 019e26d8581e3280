package trial

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// triesSpec puts the image to tests, as tries does, with what the flags were read into.
func (x *trying) triesSpec(t *testing.T, state draft.State, spec localtest.Spec, flags ...string) Outcome {
	t.Helper()
	return x.begin(t, spec, flags...)(state)
}

// A test file counts by the tests in it: taking one out, or changing it, lifts nothing; more do.
func TestChangedFileLeavesRed(t *testing.T) {
	x := newTrying(t)
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
	x.triesSpec(t, draft.Failed, file(one+two), flag)
	for _, weaker := range []string{one, "- {name: one, command: 'true'}\n" + two} {
		note := x.triesSpec(t, draft.Passed, file(weaker), flag)
		assert.Equal(t, note.State, draft.Failed)
		assert.Equal(t, note.Reason, "it failed tests that are others now: "+flag)
	}
	more := file("# the same\n" + two + one + "- {name: three, command: app}\n")
	assert.Equal(t, x.triesSpec(t, draft.Passed, more, flag).State, draft.Passed)
}

// A compose file counts by its content.
func TestChangedStackLeavesRed(t *testing.T) {
	x := newTrying(t)
	file := filepath.Join(t.TempDir(), "compose.yaml")
	stack := func(content string) localtest.Spec {
		return localtest.Spec{Stacks: []localtest.Stack{{
			Text: "app=" + file, File: file, Service: "app", Digest: content,
		}}}
	}
	flag := "--test-compose=app=" + file
	x.triesSpec(t, draft.Failed, stack("sha256:1"), flag)
	assert.Equal(t, x.triesSpec(t, draft.Passed, stack("sha256:2"), flag).State, draft.Failed)
	assert.Equal(t, x.triesSpec(t, draft.Passed, localtest.Spec{}, "--test=true").State, draft.Failed)
	assert.Equal(t, x.triesSpec(t, draft.Passed, stack("sha256:1"), flag).State, draft.Passed)
}

// A script on this machine counts by what is in it.
func TestChangedScriptLeavesRed(t *testing.T) {
	x := newTrying(t)
	path := filepath.Join(t.TempDir(), "scan.sh")
	script := func(text string) localtest.Spec {
		assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
		command, err := localtest.ParseCommand(path + " --strict")
		assert.NilError(t, err)
		return localtest.Spec{Scripts: []localtest.Command{command}}
	}
	flag := "--test-script=" + path + " --strict"
	x.triesSpec(t, draft.Failed, script("exit 1"), flag)
	assert.Equal(t, x.triesSpec(t, draft.Passed, script("exit 0"), flag).State, draft.Failed)
	assert.Equal(t, x.triesSpec(t, draft.Passed, script("exit 1"), flag).State, draft.Passed)
}

// Variables are part of a test, with their values, of which the draft keeps no more than shows a change.
func TestOtherVariablesLeaveRed(t *testing.T) {
	x := newTrying(t)
	const test, variable = "--test=app", "--test-env=MODE"
	with := func(entries ...string) localtest.Spec {
		return localtest.Spec{Commands: []localtest.Command{{Text: "app", Args: []string{"app"}}}, Env: entries}
	}
	note := x.triesSpec(t, draft.Failed, with("MODE=s3cret"), test, variable)
	words, _ := note.Owes()
	assert.DeepEqual(t, words, []string{test, variable})
	for word, sum := range note.account.book.Debts[0].Sums {
		assert.Assert(t, !strings.Contains(sum, "s3cret"))
		assert.Assert(t, len(sum) < 40, "%s %s", word, sum)
	}
	other := x.triesSpec(t, draft.Passed, with("MODE=lenient"), test, variable)
	assert.Equal(t, other.Reason, "it failed tests that are others now: "+variable)
	assert.Equal(t, x.triesSpec(t, draft.Passed, with(), test).State, draft.Failed)
	more := x.triesSpec(t, draft.Passed, with("MODE=s3cret", "SKIP=1"), test, variable, "--test-env=SKIP")
	assert.Equal(t, more.Reason, "it failed without --test-env=SKIP")
	assert.Equal(t, x.triesSpec(t, draft.Passed, with("MODE=s3cret"), test, variable).State, draft.Passed)
}

// A failed smoke test is no test that was asked for less: it is run beside those that are named, and has to pass.
func TestNamedTestsDoNotReplaceTheSmokeTest(t *testing.T) {
	x := newTrying(t)
	words, _ := x.tries(t, draft.Failed).Owes()
	assert.DeepEqual(t, words, []string{"--test-local"})
	b := testingBench(t, "true")
	read, err := x.store.PlatformImage(t.Context(), x.image)
	assert.NilError(t, err)
	_, bench, err := b.account(t.Context(), b.Shelf(x.store, nil).Subject(read))
	assert.NilError(t, err)
	assert.Assert(t, bench.Plan.Tests.Smoke && !bench.Plan.Reuse)
	assert.Assert(t, !b.Plan.Tests.Smoke && b.Plan.Reuse, "which is so for this image alone")

	assert.Equal(t, x.tries(t, draft.Failed, "--test=true").State, draft.Failed)
	assert.Equal(t, x.tries(t, draft.Passed, "--test=true").State, draft.Passed, "the smoke test was run with it")
}
