package plugin

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// A build that is killed leaves a draft that says so of what it was to build, and keeps the rest as it was.
func TestAnnounceComesBeforeTheBuild(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	kept := passedImage(t, s, "linux/amd64", "app")
	saveDraft(t, s, "app:1", "linux/amd64", kept)
	savePassed(t, s, "app:2", "another app")
	b := buildingOf(t, s, "arm64", "s390x")
	b.plan.names = append(b.plan.names, named(t, "app:2"))
	assert.NilError(t, b.announce(t.Context()))
	other, err := s.Draft(t.Context(), named(t, "app:2"))
	assert.NilError(t, err)
	_, err = passDraft(t.Context(), gate.Policy{}, s, other, nil)
	assert.ErrorContains(t, err, "linux/s390x is missing from app:2: its build did not end")
	d, err := s.Draft(t.Context(), named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Platforms, parsePlatforms(t, "arm64", "s390x"))
	assert.DeepEqual(t, d.Images, []manifest.Image{kept})
	assert.DeepEqual(t, d.Notes, map[string]store.Note{
		"linux/arm64": draft.UnfinishedNote(), "linux/s390x": draft.UnfinishedNote(),
	})
	_, err = passDraft(t.Context(), gate.Policy{}, s, d, nil)
	assert.ErrorContains(t, err, "linux/arm64 is missing from app:1: its build did not end")
}

func TestNoteTakesOverOutcomes(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	old := passedImage(t, s, "linux/arm64", "old")
	saveDraft(t, s, "app:1", "linux/arm64", old)
	b := buildingOf(t, s, "amd64", "arm64")
	assert.NilError(t, b.announce(t.Context()))
	image := untestedImage(t, s, "linux/amd64", "new")
	assert.NilError(t, b.note(t.Context(), platformResult{
		platform: b.plan.platforms[0], image: &image, verdict: localtest.Failed, reason: "smoke test: exit code 1",
	}))
	assert.NilError(t, b.note(t.Context(), platformResult{
		platform: b.plan.platforms[1], verdict: notBuilt, reason: "building linux/arm64: RUN false",
	}))
	d, err := s.Draft(t.Context(), named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Images, []manifest.Image{image, old})
	assert.Equal(t, d.Notes["linux/amd64"].Reason, "smoke test: exit code 1")
	assert.Equal(t, d.Notes["linux/amd64"].State, draft.Failed)
	assert.Equal(t, d.Notes["linux/arm64"].Reason, "RUN false")
	assert.Equal(t, d.Notes["linux/arm64"].State, draft.NotBuilt)

	again := passedImage(t, s, "linux/arm64", "again")
	assert.NilError(t, b.note(t.Context(), platformResult{
		platform: b.plan.platforms[1], image: &again, verdict: localtest.Passed,
	}))
	d, err = s.Draft(t.Context(), named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Images, []manifest.Image{image, again})
	assert.Equal(t, d.Notes["linux/arm64"].Reason, "")
}

// A draft that is removed while it is built holds in the end what was built after that, and asks for the rest.
func TestDraftRemovedDuringABuild(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	b := buildingOf(t, s, "amd64", "arm64")
	assert.NilError(t, b.announce(t.Context()))
	assert.NilError(t, s.Remove(t.Context(), b.plan.names[0]))
	image := passedImage(t, s, "linux/arm64", "app")
	now := built{image: image}
	assert.NilError(t, b.keepOldAttestation(t.Context(), &now))
	assert.NilError(t, b.note(t.Context(), platformResult{
		platform: b.plan.platforms[1], image: &now.image, verdict: localtest.Passed,
	}))
	draft, err := s.Draft(t.Context(), b.plan.names[0])
	assert.NilError(t, err)
	assert.DeepEqual(t, draft.Images, []manifest.Image{image})
	assert.DeepEqual(t, draft.Platforms, b.plan.platforms)
	_, err = passDraft(t.Context(), gate.Policy{}, s, draft, nil)
	assert.ErrorContains(t, err, "linux/amd64 is missing from app:1")

	assert.NilError(t, s.Remove(t.Context(), b.plan.names[0]))
	assert.NilError(t, markPublished(t.Context(), s, b.plan.names[0], draft.Index.Digest))
}

// Every name of one build is the same index.
func TestConcludeNamesAll(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	draft := savePassed(t, s, "app:1", "app")
	b := buildingOf(t, s, "amd64", "arm64")
	b.plan.names = append(b.plan.names, named(t, "app:2"))
	savePassed(t, s, "app:2", "something else")
	assert.NilError(t, b.conclude(t.Context()))
	other, err := s.Draft(t.Context(), named(t, "app:2"))
	assert.NilError(t, err)
	assert.Equal(t, other.Index.Digest, draft.Index.Digest)
	assert.DeepEqual(t, other.Platforms, draft.Platforms)
}

// What a build has replaced goes, unless somebody else may still want it.
func TestConcludeRemovesWhatWasReplaced(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	old := savePassed(t, s, "app:1", "old")
	now := savePassed(t, s, "app:1", "new")
	there := func(image manifest.Image) bool {
		_, err := s.ReadBlob(t.Context(), image.Manifest)
		return err == nil
	}
	other, err := store.Open(storeFolder(fake))
	assert.NilError(t, err)
	b := buildingOf(t, s, "amd64", "arm64")
	assert.NilError(t, b.conclude(t.Context()))
	assert.Assert(t, there(old.Images[0]), "another process uses the store")
	assert.NilError(t, other.Close())
	assert.NilError(t, b.conclude(t.Context()))
	assert.Assert(t, !there(old.Images[0]))
	assert.Assert(t, there(now.Images[0]))
	assert.NilError(t, s.CheckComplete(t.Context(), now.Index))
}

// reported runs the report over the outcomes of amd64 and arm64.
func reported(t *testing.T, fake *fakeCLI, amd64, arm64 platformResult, show progressOptions) error {
	t.Helper()
	s := openStore(t, fake)
	b := buildingOf(t, s, "amd64", "arm64")
	b.dockerCLI, b.draft = fake, savePassed(t, s, "app:1", "app")
	amd64.platform, arm64.platform = b.plan.platforms[0], b.plan.platforms[1]
	b.results = []platformResult{arm64, amd64} // the order in which they were done
	return b.report(nil, show)
}

func TestReportExitCodes(t *testing.T) {
	unbuilt := platformResult{verdict: notBuilt, err: errors.New("building: RUN false")}
	failed := platformResult{verdict: localtest.Failed, reason: "smoke test: exit code 3", loaded: "app:1--x"}
	unclear := platformResult{verdict: localtest.Inconclusive, reason: "smoke test: out of memory"}
	passed := platformResult{verdict: localtest.Passed}
	for _, tc := range []struct {
		name         string
		amd64, arm64 platformResult
		want         int
	}{
		{"all passed", passed, passed, exitDone},
		{"untested", platformResult{}, platformResult{}, exitDone},
		{"one not built", passed, unbuilt, exitBuild},
		{"one failed", failed, passed, exitTests},
		{"one inconclusive", passed, unclear, exitInconclusive},
		{"not built before failed", failed, unbuilt, exitBuild},
		{"failed before inconclusive", unclear, failed, exitTests},
		{"mismatch", passed, platformResult{verdict: broken, err: store.ErrCorrupt}, exitIntegrity},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := newFakeCLI(t)
			err := reported(t, fake, tc.amd64, tc.arm64, progressOptions{mode: "plain"})
			assert.Equal(t, ExitCode(err), tc.want, "%v", err)
			printed := fake.stdout.String() != ""
			assert.Equal(t, printed, tc.want == exitDone, "the result is printed when all is well, and only then")
		})
	}
}

func TestReportFailedTest(t *testing.T) {
	err := reported(t, newFakeCLI(t), platformResult{verdict: localtest.Passed}, platformResult{
		verdict: localtest.Failed, reason: "smoke test: exit code 3", loaded: "app:1--arm64",
	}, progressOptions{mode: "plain"})
	assert.Equal(t, explained(err), `ERROR: linux/arm64: smoke test: exit code 3
  app:1 cannot be published like this. No tag was touched.
  test it once more with: docker multiplat test app:1
  next: docker run --rm -it --entrypoint sh app:1--arm64
`)
}
