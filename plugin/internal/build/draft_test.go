package build

import (
	"context"
	"io"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// testOf is a test of the draft app:1 on an amd64 engine.
func testOf(t *testing.T, s *store.Store, mode trial.Mode) *DraftTest {
	t.Helper()
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	plan := planOf(t)
	plan.Mode = mode
	test, err := OpenDraft(dockercli.Host{}, s, plan, d)
	assert.NilError(t, err)
	test.bench = &trial.Bench{
		Plan:   test.plan.Plan,
		Engine: engine.Engine{Platform: plugintest.Linux("amd64", ""), Cores: 1},
	}
	test.bench.Open = true
	test.bench.Share(t.Context())
	return test
}

// An image whose last build failed is not tested in its place: its verdict would open the gate for what was not built.
func TestTestLeavesStaleImages(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64", plugintest.PassedImage(t, s, "linux/amd64", "old"))
	note := draft.Note{Reason: "RUN false", State: draft.NotBuilt}
	plugintest.SaveNote(t, s, "app:1", "linux/amd64", note)
	test := testOf(t, s, trial.Test)
	for _, image := range test.images {
		test.again(t.Context(), image)
	}
	assert.NilError(t, test.failure)
	rows := test.Result().Rows
	assert.ErrorContains(t, rows[0].Err, "linux/amd64 is missing from app:1: RUN false")
	assert.ErrorContains(t, rows[1].Err, "linux/arm64 is missing from app:1: it was never built")
	for _, row := range rows {
		assert.Equal(t, row.State, draft.Broken)
		assert.Equal(t, failure.ExitCode(row.Err), failure.ExitTests)
	}
	after, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, after.Notes["linux/amd64"], note)
}

// What the audit finds in a draft is in its record and its note, and shuts the gate.
func TestAuditFailureShutsTheGate(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/arm64", plugintest.ProgramsOf(t, s, "linux/arm64", "/app", "/other").Image)
	test := testOf(t, s, trial.Test)
	test.bench.Display = plugintest.PlainDisplay(t, io.Discard)
	test.shelf = test.bench.Shelf(s, test.plan.Names)
	test.again(t.Context(), test.images[0])
	assert.Equal(t, test.rows[0].State, draft.Failed)
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	rec, _, err := record.Of(t.Context(), s, d.Images[0])
	assert.NilError(t, err)
	assert.Equal(t, rec.Result, record.Failed)
	shut := shutFor(t, s, d)
	assert.ErrorContains(t, shut, "linux/arm64 failed: audit: /app: x86-64 executable; it is the entrypoint")
	assert.ErrorContains(t, shut, "(and 1 more)")
}

// script is a person whose answers are known before; nil: an image is left out.
type script struct {
	answers []*record.Manual
	asked   []trial.Outcome
}

// Ask implements person.
func (s *script) Ask(ctx context.Context, tried trial.Outcome) (*record.Manual, error) {
	if ctx.Err() != nil {
		return nil, failure.Wrap(failure.ErrInterrupted, failure.ErrInterrupted, "")
	}
	s.asked = append(s.asked, tried)
	if len(s.answers) < len(s.asked) {
		return nil, io.ErrUnexpectedEOF
	}
	return s.answers[len(s.asked)-1], nil
}

// looking is a test of app:1 by hand whose images are loaded.
func looking(t *testing.T, s *store.Store, images ...manifest.Image) *DraftTest {
	t.Helper()
	var names []string
	for _, image := range images {
		names = append(names, platform.Format(image.Platform))
	}
	plugintest.SaveDraft(t, s, "app:1", strings.Join(names, ","), images...)
	test := testOf(t, s, trial.Manual)
	for i, image := range test.images {
		o := trial.Outcome{Platform: image.Platform, State: draft.Untested, Loaded: "app:1--x"}
		var err error
		o.Before, _, err = record.Of(t.Context(), s, image)
		assert.NilError(t, err)
		test.rows = append(test.rows, Row{Image: &test.images[i], Outcome: o})
	}
	return test
}

// Each platform is asked about on its own; what was said is in the records, with the name of who has looked, and what
// was skipped stays as it was.
func TestAskOfADraft(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	test := looking(
		t,
		s,
		plugintest.PassedImage(t, s, "linux/amd64", "app"),
		plugintest.UntestedImage(t, s, "linux/arm64", "app"),
		plugintest.UntestedImage(t, s, "linux/s390x", "app"),
	)
	who := &script{answers: []*record.Manual{
		{Passed: true, Who: "Jane Doe", Remark: "fine"}, {Who: "Jane Doe", Remark: "no picture"}, nil,
	}}
	assert.NilError(t, test.Ask(t.Context(), who))
	assert.Equal(t, len(who.asked), 3)
	assert.Assert(t, !who.asked[0].Emulated)
	assert.Assert(t, who.asked[1].Emulated)
	after, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	for i, want := range []struct{ result, passed, failed, remark string }{
		{record.Passed, "smoke test, manual look by Jane Doe", "", "fine"},
		{record.Failed, "", "manual look by Jane Doe", "no picture"},
		{},
	} {
		rec, recorded, err := record.Of(t.Context(), s, after.Images[i])
		assert.NilError(t, err)
		assert.Equal(t, recorded, want.result != "")
		assert.Equal(t, rec.Result, want.result)
		assert.Equal(t, strings.Join(rec.Passed, ", "), want.passed)
		assert.Equal(t, strings.Join(rec.Failed, ", "), want.failed)
		if looked := record.ManualIn(rec); recorded {
			assert.Equal(t, looked.Who+": "+looked.Remark, "Jane Doe: "+want.remark)
		}
	}
	assert.Equal(t, after.Notes["linux/arm64"].Reason, "manual look by Jane Doe: no picture")
	result, err := test.Conclude(t.Context(), test.Result())
	assert.NilError(t, err)
	assert.Equal(t, result.Rows[1].Stage(), trial.StageTest)
	assert.Equal(t, result.Rows[1].Failure(), "manual look by Jane Doe: no picture")
	shut := shutFor(t, s, after)
	assert.ErrorContains(t, shut, "linux/arm64 failed: manual look by Jane Doe: no picture")
	assert.ErrorContains(t, shut, "linux/s390x is untested")
	assert.Assert(t, !strings.Contains(shut.Error(), "amd64"))
}

// Where one platform is left out, the draft is not tested yet, though nothing is wrong.
func TestAskLeavesOut(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	test := looking(
		t,
		s,
		plugintest.UntestedImage(t, s, "linux/amd64", "app"),
		plugintest.UntestedImage(t, s, "linux/arm64", "app"),
	)
	assert.NilError(t, test.Ask(t.Context(), &script{answers: []*record.Manual{{Passed: true, Who: "Jane"}, nil}}))
	assert.Equal(t, test.rows[0].State, draft.Passed)
	assert.Equal(t, test.rows[1].State, draft.Skipped)
	result, err := test.Conclude(t.Context(), test.Result())
	assert.NilError(t, err)
	assert.Equal(t, result.State, draft.Untested)
	for _, row := range result.Rows {
		assert.Equal(t, row.Stage(), trial.StageNone)
	}
}

// What was answered before an interrupt is kept.
func TestAskInterrupted(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	test := looking(
		t,
		s,
		plugintest.UntestedImage(t, s, "linux/amd64", "app"),
		plugintest.UntestedImage(t, s, "linux/arm64", "app"),
	)
	err := test.Ask(t.Context(), &script{answers: []*record.Manual{{Passed: true, Who: "Jane"}}})
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	after, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	rec, _, err := record.Of(t.Context(), s, after.Images[0])
	assert.NilError(t, err)
	assert.Equal(t, rec.Result, record.Passed)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = looking(t, s, plugintest.UntestedImage(t, s, "linux/amd64", "new")).Ask(ctx, &script{})
	assert.Equal(t, failure.ExitCode(err), failure.ExitInterrupted)
}

// A platform that would need an emulator is not asked about where none is to be used.
func TestAskWithoutEmulation(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	test := looking(t, s, plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	test.bench.Plan.Emulation = trial.EmulationNever
	assert.NilError(t, test.Ask(t.Context(), &script{}))
	assert.Equal(t, test.rows[0].State, draft.NotRun)
	assert.Equal(t, test.rows[0].Failure(), "it needs an emulator, and --emulation is never")
}
