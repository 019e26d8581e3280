package store_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

func TestDraftRoundTrip(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	name := draftName(t, "me/app:1.0")
	amd64, arm := writeImage(t, s, "linux/amd64"), writeImage(t, s, "linux/arm/v7")
	windows := writeImage(t, s, "windows(10.0.17763+win32k)/amd64")
	notes := map[string]draft.Note{
		"linux/amd64":   {Source: map[string]string{"dockerfile": "sha256:x", "target": "<&>"}},
		"linux/riscv64": {Reason: "the build said no"},
	}
	updated, err := s.Update(t.Context(), name, func(d *draft.Draft) error {
		assert.Equal(t, d.Name.String(), "docker.io/me/app:1.0")
		d.Platforms = parsePlatforms(t, "linux/arm/v7,linux/amd64,linux/riscv64")
		d.Images = []manifest.Image{windows, amd64, arm}
		d.Annotations = map[string]string{"org.opencontainers.image.title": "app"}
		d.Notes = notes
		return nil
	})
	assert.NilError(t, err)
	got, err := openStore(t, root).Draft(t.Context(), name)
	assert.NilError(t, err)
	assert.DeepEqual(t, got.Images, []manifest.Image{arm, amd64, windows})
	assert.DeepEqual(t, got.Platforms, parsePlatforms(t, "linux/arm/v7,linux/amd64,linux/riscv64"))
	assert.DeepEqual(t, got.Notes, notes)
	assert.DeepEqual(t, got.Annotations, map[string]string{"org.opencontainers.image.title": "app"})
	assert.DeepEqual(t, got.Index, updated.Index)
	assert.Assert(t, !got.Updated.IsZero() && got.Updated.Equal(updated.Updated))
	assert.Equal(t, got.Name.String(), "docker.io/me/app:1.0")

	body, desc, err := manifest.BuildIndex([]manifest.Image{arm, amd64, windows}, got.Annotations)
	assert.NilError(t, err)
	assert.DeepEqual(t, got.Index, desc)
	stored, err := s.ReadBlob(t.Context(), got.Index)
	assert.NilError(t, err)
	assert.Equal(t, string(stored), string(body))
}

func TestListSorted(t *testing.T) {
	s := openStore(t, newRoot(t))
	for _, name := range []string{"b:1", "a:2", "registry.example.com:5000/x:1", "a:1"} {
		addImages(t, s, name, "linux/amd64")
	}
	drafts, err := s.List(t.Context())
	assert.NilError(t, err)
	var names []string
	for _, d := range drafts {
		names = append(names, d.Name.String())
	}
	assert.DeepEqual(t, names, []string{
		"docker.io/library/a:1", "docker.io/library/a:2", "docker.io/library/b:1", "registry.example.com:5000/x:1",
	})
}

func TestDraftMissing(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	addImages(t, s, "app:1", "linux/amd64")
	_, err := s.Draft(t.Context(), draftName(t, "app:2"))
	assert.ErrorIs(t, err, store.ErrNoDraft)
	assert.ErrorContains(t, err, `"app:2"`)
	assert.ErrorContains(t, err, root)
	assert.ErrorIs(t, s.Remove(t.Context(), draftName(t, "other/app:1")), store.ErrNoDraft)
	assert.NilError(t, s.Remove(t.Context(), draftName(t, "docker.io/library/app:1")))
	assert.ErrorIs(t, s.Remove(t.Context(), draftName(t, "app:1")), store.ErrNoDraft)
}

func TestDraftDamaged(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	d := addImages(t, s, "app:1", "linux/amd64")
	truncateBlob(t, root, d.Index.Digest)
	_, err := s.Draft(t.Context(), d.Name)
	assert.ErrorIs(t, err, store.ErrCorrupt)
	assert.ErrorContains(t, err, d.Index.Digest.String())
	assert.ErrorContains(t, err, "docker.io/library/app:1")
	assert.NilError(t, s.Remove(t.Context(), d.Name))

	for annotation, value := range map[string]string{
		"io.containerd.image.name":       "UPPER",
		"com.docker-multiplat.notes":     "{",
		"com.docker-multiplat.platforms": "linux",
		"com.docker-multiplat.updated":   "yesterday",
	} {
		root := newRoot(t)
		s := openStore(t, root)
		addImages(t, s, "app:1", "linux/amd64")
		index := entries(t, root)
		index.Manifests[0].Annotations[annotation] = value
		body, err := json.Marshal(index)
		assert.NilError(t, err)
		assert.NilError(t, os.WriteFile(filepath.Join(root, "index.json"), body, 0o600))
		list, err := s.List(t.Context())
		if annotation != "io.containerd.image.name" {
			assert.NilError(t, err)
			assert.ErrorIs(t, list[0].Damaged, store.ErrCorrupt)
			assert.NilError(t, s.Remove(t.Context(), list[0].Name))
			continue
		}
		assert.ErrorIs(t, err, store.ErrCorrupt)
		assert.ErrorIs(t, err, store.ErrIndex)
		_, err = store.Repair(t.Context(), root)
		assert.NilError(t, err)
		list, err = s.List(t.Context())
		assert.NilError(t, err)
		assert.Equal(t, list[0].Name.String(), "docker.io/library/app:1")
	}
}

func TestDraftTornIndexFile(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	d := addImages(t, s, "app:1", "linux/amd64")
	path := filepath.Join(root, "index.json")
	body, err := os.ReadFile(path)
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(path, body[:len(body)/2], 0o600))
	_, err = s.Draft(t.Context(), d.Name)
	assert.ErrorIs(t, err, store.ErrCorrupt)
	assert.ErrorContains(t, err, path)
	_, err = s.List(t.Context())
	assert.ErrorIs(t, err, store.ErrCorrupt)
	_, err = s.Update(t.Context(), d.Name, func(*draft.Draft) error { return nil })
	assert.ErrorIs(t, err, store.ErrCorrupt)
	assert.ErrorIs(t, s.Remove(t.Context(), d.Name), store.ErrCorrupt)
	left, err := os.ReadFile(path)
	assert.NilError(t, err)
	assert.Equal(t, string(left), string(body[:len(body)/2]))
}
