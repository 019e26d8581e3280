package trial

import (
	"strings"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// trying is an image of a store that is tried again and again.
type trying struct {
	store *store.Store
	image manifest.Image
}

// newTrying stores an untested image.
func newTrying(t *testing.T) *trying {
	t.Helper()
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	return &trying{s, plugintest.UntestedImage(t, s, "linux/amd64", "app")}
}

// specOf are tests as flags say them, as far as their kinds matter.
func specOf(t *testing.T, flags ...string) (spec localtest.Spec) {
	t.Helper()
	for _, flag := range flags {
		if text, is := strings.CutPrefix(flag, "--test="); is {
			command, err := localtest.ParseCommand(text)
			assert.NilError(t, err)
			spec.Commands = append(spec.Commands, command)
		}
		if strings.HasPrefix(flag, "--test-stdin=") {
			spec.Dialogues = append(spec.Dialogues, localtest.Dialogue{})
		}
	}
	return spec
}

// begin begins a run with these tests; end ends it in a state.
func (x *trying) begin(t *testing.T, spec localtest.Spec, flags ...string) (end func(draft.State) Outcome) {
	t.Helper()
	b := testingBench(t)
	b.Plan.Tests, b.Plan.Flags = spec, flags
	shelf := b.Shelf(x.store, []reference.NamedTagged{plugintest.Named(t, "app:1")})
	read, err := x.store.PlatformImage(t.Context(), x.image)
	assert.NilError(t, err)
	account, bench, err := b.account(t.Context(), shelf.Subject(read))
	assert.NilError(t, err)
	return func(state draft.State) Outcome {
		t.Helper()
		o := Outcome{Platform: x.image.Platform, State: state, Flags: flags, Loaded: "app:1--amd64", Audit: &audit.Report{}}
		verdicts := map[draft.State]localtest.Verdict{
			draft.Passed: localtest.Passed, draft.Failed: localtest.Failed, draft.Inconclusive: localtest.Inconclusive,
		}
		o.tested.verdict, o.tested.reason = verdicts[state], "it is "+string(state)
		o.Report = localtest.Report{
			Verdict: verdicts[state],
			Cases:   []localtest.Case{{Name: "one", Verdict: verdicts[state]}},
		}
		o.held, _, err = record.Of(t.Context(), x.store, x.image)
		assert.NilError(t, err)
		o.record = resultOf(o.Report, nil)
		o.drop = o.record == nil
		o = account.settle(t.Context(), o, bench.checks(o, account.behind))
		assert.NilError(t, account.end())
		x.image, err = KeepRecord(t.Context(), x.store, x.image, "app:1", o)
		assert.NilError(t, err)
		return o
	}
}

// tries puts the image to tests that come to a state.
func (x *trying) tries(t *testing.T, state draft.State, flags ...string) Outcome {
	t.Helper()
	return x.begin(t, specOf(t, flags...), flags...)(state)
}

// recorded is what is recorded of the image.
func (x *trying) recorded(t *testing.T) string {
	t.Helper()
	rec, _, err := record.Of(t.Context(), x.store, x.image)
	assert.NilError(t, err)
	return rec.Result
}

// A failed verdict is lifted by the same tests or more, and by no weaker ones, whatever came between.
func TestWeakerTestsLeaveRed(t *testing.T) {
	x := newTrying(t)
	const strong, other = "--test=sh -c 'exit 7'", "--test=true"
	assert.Equal(t, x.tries(t, draft.Failed, strong, "--test-timeout=5s").State, draft.Failed)
	for _, weak := range [][]string{nil, {other}} {
		o := x.tries(t, draft.Passed, weak...)
		assert.Equal(t, o.State, draft.Failed)
		assert.Equal(t, o.Reason, "it failed tests that were left out now: "+strong)
		words, known := o.Owes()
		assert.DeepEqual(t, words, []string{strong})
		assert.Assert(t, known)
		assert.Equal(t, x.recorded(t), record.Failed)
	}
	assert.Equal(t, x.tries(t, draft.Inconclusive, strong).State, draft.Inconclusive)
	assert.Equal(t, x.recorded(t), record.Failed)
	assert.Equal(t, x.tries(t, draft.Passed, other).State, draft.Failed)

	assert.Equal(t, x.tries(t, draft.Passed, other, strong, "--test-timeout=60s").State, draft.Passed)
	assert.Equal(t, x.recorded(t), record.Passed)
	assert.Equal(t, x.tries(t, draft.Passed, other).State, draft.Passed)
}

// Each run that failed is made good by itself.
func TestTwoDebts(t *testing.T) {
	x := newTrying(t)
	const one, other = "--test=one", "--test=other"
	x.tries(t, draft.Failed, one, "--test-env=A")
	x.tries(t, draft.Failed, other)
	assert.Equal(t, x.tries(t, draft.Passed, other).Reason,
		"it failed tests that were left out now: --test=one --test-env=A")
	assert.Equal(t, x.tries(t, draft.Passed, one, "--test-env=A").State, draft.Passed)
}

// Tests that came to no end are not made up for by others; of those the smoke test is none that was asked for.
func TestInconclusiveIsOwed(t *testing.T) {
	x := newTrying(t)
	assert.Equal(t, x.tries(t, draft.Inconclusive).State, draft.Inconclusive)
	assert.Equal(t, x.tries(t, draft.Passed, "--test=true").State, draft.Passed)
	x.tries(t, draft.Inconclusive, "--test=slow")
	o := x.tries(t, draft.Passed, "--test=true")
	assert.Equal(t, o.State, draft.Inconclusive)
	assert.Equal(t, o.Reason, "it was inconclusive in tests that were left out now: --test=slow")
	assert.Equal(t, x.recorded(t), "")
	x.tries(t, draft.Failed, "--test=slow")
	assert.Equal(t, x.tries(t, draft.Inconclusive, "--test=slow").State, draft.Inconclusive)
	assert.Equal(t, x.tries(t, draft.Passed, "--test=true").State, draft.Failed)
	assert.Equal(t, x.tries(t, draft.Passed, "--test=slow").State, draft.Passed)
}

// A run makes up for nothing that another has found since it began.
func TestOlderRunPaysNothingNewer(t *testing.T) {
	x := newTrying(t)
	const test = "--test=app"
	older := x.begin(t, specOf(t, test), test)
	x.tries(t, draft.Failed, test)
	assert.Equal(t, older(draft.Passed).State, draft.Failed)
	older = x.begin(t, specOf(t, test), test)
	x.tries(t, draft.Failed, test)
	o := older(draft.Passed)
	assert.Equal(t, o.State, draft.Failed)
	assert.Equal(t, o.Reason, "it failed the same again meanwhile: it is failed")
	assert.Equal(t, x.tries(t, draft.Passed, test).State, draft.Passed)
}

// A platform that has failed is not made good by leaving it out; one that owes nothing is left out, and says so.
func TestSkippedOwes(t *testing.T) {
	x := newTrying(t)
	const test, skip = "--test=false", "--test-skip=linux/amd64=hangs"
	assert.Equal(t, x.tries(t, draft.Skipped, test, skip).State, draft.Skipped)
	assert.Equal(t, x.tries(t, draft.Failed, test).State, draft.Failed)
	assert.Equal(t, x.tries(t, draft.Skipped, skip).State, draft.Failed)
	assert.Equal(t, x.tries(t, draft.Skipped, test, skip).State, draft.Failed)
	assert.Equal(t, x.tries(t, draft.Passed, "--test=true").State, draft.Failed)
}

// What was asked on standard input is owed as any test.
func TestDialogueIsOwed(t *testing.T) {
	x := newTrying(t)
	const asked = `--test-stdin={"input":"a","expect":"b"}`
	words, _ := x.tries(t, draft.Failed, asked, "--test-timeout=5s").Owes()
	assert.DeepEqual(t, words, []string{asked})
	assert.Equal(t, x.tries(t, draft.Passed).State, draft.Failed)
	assert.Equal(t, x.tries(t, draft.Passed, asked).State, draft.Passed)
}
