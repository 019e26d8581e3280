package release

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// readied prepares drafts for publishing from a store, and returns what is to be pushed.
func readied(t *testing.T, s *store.Store, from FromDraft, r Request) ([]readyDraft, error) {
	t.Helper()
	from.Store, from.Names = s, []reference.NamedTagged{plugintest.Named(t, "app:1")}
	err := from.Prepare(t.Context(), r)
	return from.drafts, err
}

// prepared plans the publication of app:1 from a store.
func prepared(t *testing.T, s *store.Store, policy gate.Policy, platforms ...string) publish.Request {
	t.Helper()
	from := FromDraft{}
	if len(platforms) > 0 {
		from.Platforms = plugintest.ParsePlatforms(t, platforms...)
	}
	drafts, err := readied(t, s, from, Request{Gate: policy, ArchTags: true})
	assert.NilError(t, err)
	return drafts[0].Publication
}

func indexOf(t *testing.T, s *store.Store) digest.Digest {
	t.Helper()
	draft, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	return draft.Index.Digest
}

func TestPrepareTakesTheDraftsOwnBytes(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.PassedImage(t, s, "linux/arm64", "app"))
	before, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	plan := prepared(t, s, gate.Policy{})
	assert.DeepEqual(t, plan.Index, before.Index)
	after, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.Check(t, after.Updated.Equal(before.Updated), "the draft was written although nothing changed")
	assert.DeepEqual(t, plan.Tags, []string{"1"})
	assert.DeepEqual(t, plan.ArchTags, []publish.NamedManifest{
		{Tag: "1--amd64", Manifest: before.Images[0].Manifest},
		{Tag: "1--amd64.att", Manifest: *before.Images[0].Attestation},
		{Tag: "1--arm64", Manifest: before.Images[1].Manifest},
		{Tag: "1--arm64.att", Manifest: *before.Images[1].Attestation},
	})
}

// What an earlier build left of another platform ships as well, after those asked for last.
func TestPrepareShipsKeptPlatforms(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	draft := plugintest.SaveDraft(
		t,
		s,
		"app:1",
		"linux/arm64",
		plugintest.PassedImage(
			t,
			s,
			"linux/amd64",
			"old",
		),
		plugintest.Judged(t, s, plugintest.UntestedImage(t, s, "linux/arm64", "new"), localtest.NothingToRun),
	)
	plan := prepared(t, s, gate.Policy{})
	assert.Equal(t, plan.Index.Digest, draft.Index.Digest)
	assert.Equal(t, len(plan.ArchTags), 4)
	assert.Equal(t, plan.ArchTags[0].Tag, "1--arm64")
	assert.Equal(t, plan.ArchTags[2].Tag, "1--amd64")
}

func TestPrepareOfSomePlatforms(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	draft := plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.PassedImage(t, s, "linux/arm64", "app"))
	plan := prepared(t, s, gate.Policy{}, "arm64")
	assert.Check(t, plan.Index.Digest != draft.Index.Digest)
	assert.Equal(t, indexOf(t, s), draft.Index.Digest, "the draft keeps what is not published now")
	body, err := s.ReadBlob(t.Context(), plan.Index)
	assert.NilError(t, err)
	images, err := manifest.ParseIndex(body)
	assert.NilError(t, err)
	assert.Equal(t, len(images), 1)
	assert.DeepEqual(t, images[0], draft.Images[1])
	assert.Equal(t, len(plan.ArchTags), 2)
}

// The record of a waiver becomes part of the draft, and so of its digest, once.
func TestPrepareRecordsWaiverOnce(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	draft := plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	policy := gate.Policy{WaiveAll: true, Reason: "no hardware"}
	first := prepared(t, s, policy)
	assert.Check(t, first.Index.Digest != draft.Index.Digest)
	assert.Equal(t, indexOf(t, s), first.Index.Digest)
	assert.Equal(t, prepared(t, s, policy).Index.Digest, first.Index.Digest)

	now, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.DeepEqual(t, now.Images[0], draft.Images[0])
	rec, ok, err := record.Of(t.Context(), s, now.Images[1])
	assert.NilError(t, err)
	assert.Assert(t, ok)
	assert.DeepEqual(t, rec, record.Result{Result: record.Warned, Reason: "no hardware"})
	kinds, err := build.AttestedKinds(t.Context(), s, now.Images[1])
	assert.NilError(t, err)
	assert.DeepEqual(t, kinds, []string{plugintest.ProvenanceType})
}

func TestPrepareWithoutArchTags(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
	guards := publish.Guards{AllowShrink: true, AllowMoved: true}
	drafts, err := readied(t, s, FromDraft{}, Request{Guards: guards})
	assert.NilError(t, err)
	plan := drafts[0].Publication
	assert.Equal(t, len(plan.ArchTags), 0)
	assert.Check(t, plan.Guards.AllowShrink && plan.Guards.AllowMoved)
}

// A layer that is gone is found before the registry is asked anything.
func TestPrepareRefusesDamagedStore(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	image := plugintest.PassedImage(t, s, "linux/amd64", "app")
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", image)
	m, _, err := s.Image(t.Context(), image.Manifest)
	assert.NilError(t, err)
	layer := m.Layers[0].Digest
	assert.NilError(t, os.Remove(filepath.Join(s.Root(), "blobs", "sha256", layer.Encoded())))
	_, err = readied(t, s, FromDraft{}, Request{ArchTags: true})
	assert.ErrorContains(t, err, layer.String())
	assert.ErrorContains(t, err, "linux/amd64")
	assert.Equal(t, failure.ExitCode(err), failure.ExitIntegrity)
}

func TestDraftOrderIgnoresUnaskedVersions(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SaveDraft(t, s, "app:1", "windows/amd64,linux/amd64",
		plugintest.PassedImage(t, s, "windows(10.0.20348.1)/amd64", "a"), plugintest.PassedImage(t, s, "linux/amd64", "a"))
	assert.Equal(t, prepared(t, s, gate.Policy{}).Index.Digest, d.Index.Digest)
}

func TestWaiverLasts(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "amd64", plugintest.UntestedImage(t, s, "linux/amd64", "a"))
	plugintest.SaveNote(t, s, "app:1", "linux/amd64", store.Note{State: "inconclusive", Reason: "oom"})
	prepared(t, s, gate.Policy{WaiveAll: true, Reason: "x"})
	_, err := readied(t, s, FromDraft{}, Request{ArchTags: true})
	assert.Check(t, err == nil, "%v", err)
}

// A draft that was removed while it was published wants no note of that.
func TestMarkPublishedOfARemovedDraft(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SavePassed(t, s, "app:1", "app")
	assert.NilError(t, s.Remove(t.Context(), d.Name))
	assert.NilError(t, markPublished(t.Context(), s, d.Name, d.Index.Digest))
}
