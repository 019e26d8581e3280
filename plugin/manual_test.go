package plugin

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/docker/cli/cli/streams"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// terminal makes the standard input of a CLI a terminal, and returns where to type.
func (f *fakeCLI) terminal(t *testing.T) *os.File {
	t.Helper()
	keyboard, tty, err := pty.Open()
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, keyboard.Close()) })
	t.Cleanup(func() { _ = tty.Close() }) // a read may wait for it still
	f.SetIn(streams.NewIn(tty))
	return keyboard
}

// looking is a test of app:1 by hand whose images are loaded.
func looking(t *testing.T, fake *fakeCLI, s *store.Store, images ...manifest.Image) (*building, store.Draft) {
	t.Helper()
	var names []string
	for _, image := range images {
		names = append(names, manifest.FormatPlatform(image.Platform))
	}
	draft := saveDraft(t, s, "app:1", strings.Join(names, ","), images...)
	b := testingBuild(t)
	b.dockerCLI, b.store, b.plan.manual, b.plan.emulation = fake, s, true, emulationAllow
	b.plan.names, b.plan.platforms = buildingOf(t, s).plan.names, draft.Platforms
	for i, image := range draft.Images {
		b.results = append(b.results, platformResult{platform: image.Platform, image: &draft.Images[i], loaded: "app:1--x"})
	}
	return b, draft
}

func (b *building) ask(t *testing.T, draft store.Draft) error {
	t.Helper()
	return b.lookByHand(t.Context(), func(ctx context.Context, row *platformResult) error {
		return b.keepLook(ctx, draft, row)
	})
}

// Each platform is asked about on its own; what was said is in the records, with the name of who has looked, and what
// was skipped stays as it was.
func TestLookByHand(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	keyboard := fake.terminal(t)
	b, draft := looking(t, fake, s, passedImage(t, s, "linux/amd64", "app"), untestedImage(t, s, "linux/arm64", "app"),
		untestedImage(t, s, "linux/s390x", "app"))
	_, err := io.WriteString(keyboard, "maybe\npassed\nJane Doe\nfine\nf\n\nno picture\nskip\n")
	assert.NilError(t, err)
	assert.NilError(t, b.ask(t, draft))
	assert.Assert(
		t,
		strings.Contains(fake.stderr.String(), "linux/amd64 (native): try it with\n  docker run --rm -it app:1--x"),
	)
	assert.Assert(t, strings.Contains(fake.stderr.String(), "linux/arm64 (emulated)"))
	assert.Assert(t, strings.Contains(fake.stderr.String(), "[Jane Doe]")) // who has looked is asked once
	after, err := s.Draft(t.Context(), draft.Name)
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
	assert.NilError(t, b.conclude(t.Context()))
	err = b.report(nil, progressOptions{mode: "plain"})
	assert.Equal(t, ExitCode(err), exitTests)
	assert.ErrorContains(t, err, "linux/arm64: manual look by Jane Doe: no picture")
	_, err = passDraft(t.Context(), gate.Policy{}, s, after, nil)
	assert.ErrorContains(t, err, "linux/arm64 failed: manual look by Jane Doe: no picture")
	assert.ErrorContains(t, err, "linux/s390x is untested")
	assert.Assert(t, !strings.Contains(err.Error(), "amd64"))

	view, err := viewOfDraft(t.Context(), s, after)
	assert.NilError(t, err)
	var shown bytes.Buffer
	assert.NilError(t, imageTable(view).print(&shown))
	assert.Assert(t, strings.Contains(shown.String(), "passed, looked at by Jane Doe"), shown.String())
}

// Where there are no more answers, what was answered is kept, and the rest is left out.
func TestLookByHandEnds(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	keyboard := fake.terminal(t)
	b, draft := looking(t, fake, s, untestedImage(t, s, "linux/amd64", "app"), untestedImage(t, s, "linux/arm64", "app"))
	_, err := io.WriteString(keyboard, "p\nJane\n\n\x04")
	assert.NilError(t, err)
	assert.NilError(t, b.ask(t, draft))
	assert.Equal(t, b.results[0].verdict, localtest.Passed)
	assert.Equal(t, b.results[1].verdict, localtest.Skipped)
	assert.NilError(t, b.conclude(t.Context()))
	assert.NilError(t, b.report(nil, progressOptions{mode: "plain"}))
	assert.Assert(t, strings.Contains(fake.stderr.String(), "it is not tested yet"))
}

// An interrupt ends the question that waits.
func TestLookByHandInterrupted(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	fake.terminal(t)
	b, draft := looking(t, fake, s, untestedImage(t, s, "linux/amd64", "app"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := b.lookByHand(ctx, func(ctx context.Context, row *platformResult) error { return b.keepLook(ctx, draft, row) })
	assert.Equal(t, ExitCode(err), exitInterrupted)
}

// Tests do not undo what a person has said of the very image: a no stays a no until somebody looks again.
func TestLookOutlivesTests(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	b := testingBuild(t, "app check")
	b.store = s
	image := untestedImage(t, s, "linux/amd64", "app")
	settings := b.settings(image.Platform)
	for _, said := range []record.Manual{{Passed: true, Who: "Jane"}, {Who: "Bob", Remark: "no"}} {
		image, err := record.Add(t.Context(), s, s, image, "app:1", said.AddTo(record.Result{}, nil))
		assert.NilError(t, err)
		row := platformResult{verdict: localtest.Passed, report: localtest.Report{
			Verdict: localtest.Passed, Cases: []localtest.Case{{Name: "app check", Verdict: localtest.Passed}},
		}}
		assert.NilError(t, b.lookedBefore(t.Context(), s, image, &row))
		assert.Equal(t, row.verdict, manualVerdict(said))
		now := judgement{"app:1", row.report, append(settings, row.look.Settings()...)}
		assert.NilError(t, recordVerdict(t.Context(), s, &image, now))
		rec, same, err := passedBefore(t.Context(), s, image, settings)
		assert.NilError(t, err)
		assert.Equal(t, same, said.Passed, "a look is no reason to run passed tests again")
		assert.Equal(t, *record.ManualIn(rec), said)
	}
}

func TestManualRefusals(t *testing.T) {
	const nobody = "there is no terminal"
	assertRefused(t, []refusal{
		{"off a terminal", []string{"test", "--manual", "app"}, []string{"--manual asks", nobody}},
		{"a digest", []string{"test", "--manual", "app@sha256:" + strings.Repeat("0", 64)}, []string{nobody}},
		{"beside a test", []string{"test", "--manual", "--test", "true", "app"}, []string{"--manual runs no tests"}},
		{"beside the smoke test", []string{"test", "--manual", "--test-local", "app"}, []string{"--manual runs no tests"}},
		{"with a network", []string{"test", "--manual", "--test-network", "n", "app"}, []string{"--manual runs no tests"}},
	})
}
