package build

import (
	"strings"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// outcomeOf is the outcome of tests that came to a state.
func outcomeOf(state draft.State) trial.Outcome {
	verdict := localtest.Passed
	if state == draft.Failed {
		verdict = localtest.Failed
	}
	o := trial.Outcome{Platform: plugintest.Linux("amd64", ""), State: state}
	o.Report = localtest.Report{Verdict: verdict, Cases: []localtest.Case{{Name: "one", Verdict: verdict}}}
	return o
}

// tries puts app:1 to tests that come to a state, and returns what the draft says then.
func tries(t *testing.T, s *store.Store, state draft.State, flags ...string) draft.Note {
	t.Helper()
	var spec localtest.Spec
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
	return triesSpec(t, s, state, spec, flags...)
}

// A failed verdict is lifted by the same tests or more, and by no weaker ones, whatever came between.
func TestWeakerTestsLeaveRed(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64",
		plugintest.Judged(t, s, plugintest.UntestedImage(t, s, "linux/amd64", "app"), localtest.Failed))
	const strong, other = "--test=sh -c 'exit 7'", "--test=true"
	assert.Equal(t, tries(t, s, draft.Failed, strong, "--test-timeout=5s").State, draft.Failed)
	for _, weak := range [][]string{nil, {other}} {
		note := tries(t, s, draft.Passed, weak...)
		assert.Equal(t, note.State, draft.Failed)
		assert.Equal(t, note.Reason, "it failed tests that were left out now: "+strong)
		assert.DeepEqual(t, note.Owed, []string{strong})
	}
	assert.Equal(t, tries(t, s, draft.Inconclusive, strong).State, draft.Inconclusive)
	assert.Equal(t, tries(t, s, draft.Passed, other).State, draft.Failed)
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.ErrorContains(t, shutFor(t, s, d), "linux/amd64 failed: it failed tests that were left out now")

	note := tries(t, s, draft.Passed, other, strong, "--test-timeout=60s")
	assert.DeepEqual(t, note, draft.Note{
		Source: nil, State: draft.Passed, Tests: []string{other, strong, "--test-timeout=60s"},
	})
	assert.Equal(t, tries(t, s, draft.Passed, other).State, draft.Passed)
}

// A new image owes nothing; a build that begins, and one that does not come to an image, forgets nothing.
func TestOwedBelongsToTheImage(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	image := plugintest.PassedImage(t, s, "linux/amd64", "app")
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", image)
	const strong = "--test=app --version"
	tries(t, s, draft.Failed, strong)
	b := buildingOf(t, s, "linux/amd64")
	assert.NilError(t, b.announce(t.Context()))
	unbuilt := Row{Outcome: trial.Outcome{Platform: image.Platform, State: draft.NotBuilt, Reason: "RUN false"}}
	assert.NilError(t, b.note(t.Context(), unbuilt))
	assert.NilError(t, b.announce(t.Context()))

	untested := trial.Outcome{Platform: image.Platform, State: draft.Untested}
	row := b.tried(t.Context(), image, untested, Row{})
	assert.DeepEqual(t, row.owed, []string{strong})
	row = b.tried(t.Context(), image, outcomeOf(draft.Passed), Row{})
	assert.Equal(t, row.State, draft.Failed)
	other := plugintest.UntestedImage(t, s, "linux/amd64", "another")
	row = b.tried(t.Context(), other, outcomeOf(draft.Passed), Row{})
	assert.Equal(t, row.State, draft.Passed)
}

// What one of several names has failed is not lifted by weaker tests either, wherever the name stands.
func TestOwedUnderEveryName(t *testing.T) {
	const strong = "--test=app --version"
	for _, names := range [][]string{{"app:0", "app:1"}, {"app:1", "app:0"}} {
		s := plugintest.OpenStore(t, plugintest.NewCLI(t))
		image := plugintest.PassedImage(t, s, "linux/amd64", "app")
		plugintest.SaveDraft(t, s, "app:1", "linux/amd64", image)
		tries(t, s, draft.Failed, strong)
		b := buildingOf(t, s, "linux/amd64")
		b.plan.Names = []reference.NamedTagged{plugintest.Named(t, names[0]), plugintest.Named(t, names[1])}
		row := b.tried(t.Context(), image, outcomeOf(draft.Passed), Row{})
		assert.Equal(t, row.State, draft.Failed, names[0])
		assert.DeepEqual(t, row.owed, []string{strong})
		o := outcomeOf(draft.Passed)
		o.Flags = []string{strong}
		row = b.tried(t.Context(), image, o, Row{})
		assert.Equal(t, row.State, draft.Passed, names[0])
	}
}

// A platform that has failed is not made good by leaving it out; one that owes nothing is left out, and says so.
func TestSkippedOwes(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.UntestedImage(t, s, "linux/amd64", "app"))
	const test, skip = "--test=false", "--test-skip=linux/amd64=hangs"
	assert.Equal(t, tries(t, s, draft.Skipped, test, skip).State, draft.Skipped)
	assert.Equal(t, tries(t, s, draft.Failed, test).State, draft.Failed)
	assert.Equal(t, tries(t, s, draft.Skipped, skip).State, draft.Failed)
	note := tries(t, s, draft.Skipped, test, skip)
	assert.Equal(t, note.State, draft.Skipped)
	assert.DeepEqual(t, note.Owed, []string{test})
	assert.Equal(t, tries(t, s, draft.Passed, "--test=true").State, draft.Failed)
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.Assert(t, shutFor(t, s, d) != nil)
}

// What was asked on standard input is owed as any test.
func TestDialogueIsOwed(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.UntestedImage(t, s, "linux/amd64", "app"))
	const asked = `--test-stdin={"input":"a","expect":"b"}`
	assert.DeepEqual(t, tries(t, s, draft.Failed, asked, "--test-timeout=5s").Owed, []string{asked})
	assert.Equal(t, tries(t, s, draft.Passed).State, draft.Failed)
	assert.Equal(t, tries(t, s, draft.Passed, asked).State, draft.Passed)
}

// The tests that a build is to put its images to are known before it comes to them: one that is interrupted or fails
// is not made up for by one that asks for none.
func TestBegunBuildRemembersItsTests(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.UntestedImage(t, s, "linux/amd64", "app"))
	b := buildingOf(t, s, "linux/amd64")
	b.plan.Flags = []string{"--test=app --check"}
	assert.NilError(t, b.announce(t.Context()))
	unbuilt := Row{Outcome: trial.Outcome{
		Platform: plugintest.Linux("amd64", ""), State: draft.NotBuilt, Reason: "RUN false",
	}}
	for range 2 {
		d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
		assert.NilError(t, err)
		assert.DeepEqual(t, d.Note(plugintest.Linux("amd64", "")).Tests, b.plan.Flags)
		assert.NilError(t, b.note(t.Context(), unbuilt))
	}
}
