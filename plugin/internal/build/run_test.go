package build

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// A build that is killed leaves a draft that says so of what it was to build, and keeps the rest as it was.
func TestAnnounceComesBeforeTheBuild(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	kept := plugintest.PassedImage(t, s, "linux/amd64", "app")
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", kept)
	plugintest.SavePassed(t, s, "app:2", "another app")
	b := buildingOf(t, s, "arm64", "s390x")
	b.plan.Names = append(b.plan.Names, plugintest.Named(t, "app:2"))
	assert.NilError(t, b.announce(t.Context()))
	other, err := s.Draft(t.Context(), plugintest.Named(t, "app:2"))
	assert.NilError(t, err)
	assert.ErrorContains(t, shutFor(t, s, other), "linux/s390x is missing from app:2: its build did not end")
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Platforms, plugintest.ParsePlatforms(t, "arm64", "s390x"))
	assert.DeepEqual(t, d.Images, []manifest.Image{kept})
	assert.DeepEqual(t, d.Notes, map[string]store.Note{
		"linux/arm64": draft.UnfinishedNote(), "linux/s390x": draft.UnfinishedNote(),
	})
	assert.ErrorContains(t, shutFor(t, s, d), "linux/arm64 is missing from app:1: its build did not end")
}

// A platform that the builder refuses leaves the draft as it was until another begins: then it is noted as well.
func TestRefusedPlatformsWaitForABeginning(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	before := plugintest.SavePassed(t, s, "app:1", "app")
	b := buildingOf(t, s, "amd64", "arm64")
	refused := func(i int) builder.Result {
		return builder.Result{Platform: b.plan.Platforms.Platforms[i], Err: errors.New("parse error")}
	}
	b.done(t.Context(), refused(1))
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Notes, before.Notes)
	assert.Equal(t, len(b.start.held), 1)

	assert.NilError(t, b.begin(t.Context()))
	b.done(t.Context(), refused(0))
	assert.Equal(t, len(b.rows), 2)
	d, err = s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	for _, p := range []string{"linux/amd64", "linux/arm64"} {
		assert.Equal(t, d.Notes[p].State, draft.NotBuilt)
		assert.Equal(t, d.Notes[p].Reason, "parse error")
	}
}

func TestNoteTakesOverOutcomes(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	old := plugintest.PassedImage(t, s, "linux/arm64", "old")
	plugintest.SaveDraft(t, s, "app:1", "linux/arm64", old)
	b := buildingOf(t, s, "amd64", "arm64")
	assert.NilError(t, b.announce(t.Context()))
	image := plugintest.UntestedImage(t, s, "linux/amd64", "new")
	assert.NilError(t, b.note(t.Context(), Row{Image: &image, Outcome: trial.Outcome{
		Platform: b.plan.Platforms.Platforms[0], State: draft.Failed, Reason: "smoke test: exit code 1",
	}}))
	assert.NilError(t, b.note(t.Context(), Row{Outcome: trial.Outcome{
		Platform: b.plan.Platforms.Platforms[1], State: draft.NotBuilt, Reason: "building linux/arm64: RUN false",
	}}))
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Images, []manifest.Image{image, old})
	assert.Equal(t, d.Notes["linux/amd64"].Reason, "smoke test: exit code 1")
	assert.Equal(t, d.Notes["linux/amd64"].State, draft.Failed)
	assert.Equal(t, d.Notes["linux/arm64"].Reason, "RUN false")
	assert.Equal(t, d.Notes["linux/arm64"].State, draft.NotBuilt)

	again := plugintest.PassedImage(t, s, "linux/arm64", "again")
	assert.NilError(t, b.note(t.Context(), Row{Image: &again, Outcome: trial.Outcome{
		Platform: b.plan.Platforms.Platforms[1], State: draft.Passed,
	}}))
	d, err = s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Images, []manifest.Image{image, again})
	assert.Equal(t, d.Notes["linux/arm64"].Reason, "")
}

// A draft that is removed while it is built holds in the end what was built after that, and asks for the rest.
func TestDraftRemovedDuringABuild(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	b := buildingOf(t, s, "amd64", "arm64")
	assert.NilError(t, b.announce(t.Context()))
	assert.NilError(t, s.Remove(t.Context(), b.plan.Names[0]))
	image := plugintest.PassedImage(t, s, "linux/arm64", "app")
	now, err := b.keepOldAttestation(t.Context(), image)
	assert.NilError(t, err)
	assert.NilError(t, b.note(t.Context(), Row{Image: &now, Outcome: trial.Outcome{
		Platform: b.plan.Platforms.Platforms[1], State: draft.Passed,
	}}))
	d, err := s.Draft(t.Context(), b.plan.Names[0])
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Images, []manifest.Image{image})
	assert.DeepEqual(t, d.Platforms, b.plan.Platforms.Platforms)
	assert.ErrorContains(t, shutFor(t, s, d), "linux/amd64 is missing from app:1")
}

// Every name of one build is the same index.
func TestConcludeNamesAll(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SavePassed(t, s, "app:1", "app")
	b := buildingOf(t, s, "amd64", "arm64")
	b.plan.Names = append(b.plan.Names, plugintest.Named(t, "app:2"))
	plugintest.SavePassed(t, s, "app:2", "something else")
	concludedOf(t, b)
	other, err := s.Draft(t.Context(), plugintest.Named(t, "app:2"))
	assert.NilError(t, err)
	assert.Equal(t, other.Index.Digest, d.Index.Digest)
	assert.DeepEqual(t, other.Platforms, d.Platforms)
}

// Who interrupts does not wait until all of a large store was read; the draft tells the truth all the same.
func TestConcludeIsInterrupted(t *testing.T) {
	fake := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, fake)
	d := plugintest.SavePassed(t, s, "app:1", "app")
	layer, err := s.PlatformImage(t.Context(), d.Images[0])
	assert.NilError(t, err)
	id := layer.Manifest.Layers[0].Digest
	path := filepath.Join(fake.Drafts(), "blobs", "sha256", id.Encoded())
	assert.NilError(t, os.Chmod(path, 0o600))
	assert.NilError(t, os.WriteFile(path, []byte("wrong"), 0o600))
	b := buildingOf(t, s, "linux/amd64")
	rows := []Row{{Outcome: trial.Outcome{}.Broke(store.ErrCorrupt)}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	result, err := b.Conclude(ctx, Result{Plan: b.plan, Rows: rows})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, result.Draft.Index.Digest, d.Index.Digest)
	_, err = os.Stat(path)
	assert.NilError(t, err) // nothing was read, and nothing dropped
	_, err = b.Conclude(t.Context(), Result{Plan: b.plan, Rows: rows})
	assert.NilError(t, err)
	_, err = os.Stat(path)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// What a build has replaced goes, unless somebody else may still want it.
func TestConcludeRemovesWhatWasReplaced(t *testing.T) {
	fake := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, fake)
	old := plugintest.SavePassed(t, s, "app:1", "old")
	now := plugintest.SavePassed(t, s, "app:1", "new")
	there := func(image manifest.Image) bool {
		_, err := s.ReadBlob(t.Context(), image.Manifest)
		return err == nil
	}
	other, err := store.Open(fake.Drafts())
	assert.NilError(t, err)
	b := buildingOf(t, s, "amd64", "arm64")
	concludedOf(t, b)
	assert.Assert(t, there(old.Images[0]), "another process uses the store")
	assert.NilError(t, other.Close())
	concludedOf(t, b)
	assert.Assert(t, !there(old.Images[0]))
	assert.Assert(t, there(now.Images[0]))
	assert.NilError(t, s.CheckComplete(t.Context(), now.Index))
}

func TestNoteReplacesAnOlderWindows(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	old := plugintest.UntestedImage(t, s, "windows(10.0.20348.1)/amd64", "old")
	plugintest.SaveDraft(t, s, "app:1", "windows/amd64", old)
	b := buildingOf(t, s, "windows/amd64")
	assert.NilError(t, b.announce(t.Context()))
	now := plugintest.UntestedImage(t, s, "windows(10.0.20348.2)/amd64", "new")
	assert.NilError(t, b.note(t.Context(), Row{Image: &now, Outcome: trial.Outcome{
		Platform: b.plan.Platforms.Platforms[0], State: draft.Untested,
	}}))
	d, err := s.Draft(t.Context(), b.plan.Names[0])
	assert.NilError(t, err)
	assert.Check(t, len(d.Images) == 1, "%d images", len(d.Images))
	assert.Check(t, d.Select(nil)[0].Manifest.Digest == now.Manifest.Digest, "ships the old one")
	assert.Equal(t, d.Note(now.Platform).State, draft.State(""), "built and not tested is no state of a note")
}

// A draft whose images have passed before is known to have.
func TestConcludeKnowsOlderRecords(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SavePassed(t, s, "app:1", "a")
	assert.Equal(t, concludedOf(t, buildingOf(t, s, "amd64", "arm64")).State, draft.Passed)
}

// What ends in any order is shown in the order of the request.
func TestRowsAreInOrder(t *testing.T) {
	plan := planOf(t, "amd64", "arm64")
	amd64 := Row{Outcome: trial.Outcome{Platform: plan.Platforms.Platforms[0]}}
	arm64 := Row{Outcome: trial.Outcome{Platform: plan.Platforms.Platforms[1]}}
	rows := plan.sorted([]Row{arm64, amd64})
	assert.Equal(t, rows[0].Platform.Architecture, "amd64")
	assert.Equal(t, rows[1].Platform.Architecture, "arm64")
}

// A build that was cut short is told from one that failed.
func TestNotBuilt(t *testing.T) {
	p := plugintest.Linux("arm64", "")
	o := notBuilt(builder.Result{Platform: p, Err: errors.New("building linux/arm64: RUN false")})
	assert.Equal(t, o.State, draft.NotBuilt)
	assert.Equal(t, o.Failure(), "RUN false")
	o = notBuilt(builder.Result{Platform: p, Err: context.Canceled, Canceled: true})
	assert.Equal(t, o.Failure(), draft.UnfinishedReason)
}

// What was loaded is known through later builds, also of those that loaded nothing.
func TestNotesKnowWhatWasLoaded(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	b := buildingOf(t, s, "amd64")
	var want []string
	for _, text := range []string{"one", "two", "three"} {
		assert.NilError(t, b.announce(t.Context()))
		image := plugintest.UntestedImage(t, s, "linux/amd64", text)
		row := Row{Image: &image, Config: digest.FromString(text), Outcome: trial.Outcome{
			Platform: b.plan.Platforms.Platforms[0], State: draft.Untested,
		}}
		if text != "three" {
			row.Loaded = "app:1--amd64"
			want = append(want, image.Manifest.Digest.String(), row.Config.String())
		}
		assert.NilError(t, b.note(t.Context(), row))
		assert.NilError(t, b.note(t.Context(), row)) // once is enough
	}
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Notes["linux/amd64"].Loaded, want)
}
