package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

func TestUpdateEntry(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	addImages(t, s, "me/app:1.0", "linux/amd64", "linux/arm64")
	d := addImages(t, s, "me/app:1.0", "linux/arm64", "linux/amd64")
	index := entries(t, root)
	assert.Equal(t, len(index.Manifests), 1)
	entry := index.Manifests[0]
	assert.Equal(t, entry.Digest, d.Index.Digest)
	assert.Equal(t, entry.MediaType, ocispec.MediaTypeImageIndex)
	assert.Equal(t, entry.Annotations["org.opencontainers.image.ref.name"], "docker.io/me/app:1.0")
	assert.Equal(t, entry.Annotations["io.containerd.image.name"], "docker.io/me/app:1.0")
	assert.Equal(t, entry.Annotations["com.docker-multiplat.platforms"], "linux/arm64,linux/amd64")
	assert.Equal(t, index.Annotations["com.docker-multiplat.store.version"], "1")
}

func TestUpdateWithoutImages(t *testing.T) {
	s := openStore(t, newRoot(t))
	name := draftName(t, "app:1")
	d, err := s.Update(t.Context(), name, func(d *draft.Draft) error {
		d.Platforms = parsePlatforms(t, "linux/amd64")
		d.Annotations = map[string]string{"a": "b"}
		d.Notes = map[string]draft.Note{"linux/amd64": {Reason: "no space"}}
		return nil
	})
	assert.NilError(t, err)
	assert.Equal(t, len(d.Images), 0)
	assert.Equal(t, d.Notes["linux/amd64"].Reason, "no space")
	assert.DeepEqual(t, d.Annotations, map[string]string{"a": "b"})
	body, err := s.ReadBlob(t.Context(), d.Index)
	assert.NilError(t, err)
	var index map[string]any
	assert.NilError(t, json.Unmarshal(body, &index))
	assert.Check(t, is.Len(index["manifests"], 0))
	assert.Equal(t, index["mediaType"], ocispec.MediaTypeImageIndex)
}

func TestUpdateFailureChangesNothing(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	before := addImages(t, s, "app:1", "linux/amd64")
	no := errors.New("no")
	for _, tc := range []struct {
		change func(d *draft.Draft) error
		is     error
	}{
		{func(d *draft.Draft) error { d.Images = nil; return no }, no},
		{func(d *draft.Draft) error { d.Images = append(d.Images, d.Images...); return nil }, platform.ErrInvalid},
		{func(d *draft.Draft) error { d.Platforms = append(d.Platforms, d.Platforms...); return nil }, platform.ErrInvalid},
		{func(d *draft.Draft) error { d.Platforms = []ocispec.Platform{{}}; return nil }, platform.ErrInvalid},
	} {
		_, err := s.Update(t.Context(), before.Name, tc.change)
		assert.ErrorIs(t, err, tc.is)
		after, err := s.Draft(t.Context(), before.Name)
		assert.NilError(t, err)
		assert.DeepEqual(t, after.Images, before.Images)
		assert.Equal(t, after.Updated, before.Updated)
	}
}

func TestUpdateKeepsForeignEntries(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	addImages(t, s, "app:1", "linux/amd64")
	index := entries(t, root)
	foreign := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageManifest, Digest: index.Manifests[0].Digest, Size: 3,
		Annotations: map[string]string{"org.opencontainers.image.ref.name": "theirs"},
	}
	index.Manifests = append([]ocispec.Descriptor{foreign}, index.Manifests...)
	index.Annotations["theirs"] = "too"
	body, err := json.Marshal(index)
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(filepath.Join(root, "index.json"), body, 0o600))

	addImages(t, s, "app:2", "linux/amd64")
	assert.NilError(t, s.Remove(t.Context(), draftName(t, "app:1")))
	after := entries(t, root)
	assert.Equal(t, len(after.Manifests), 2)
	assert.DeepEqual(t, after.Manifests[0], foreign)
	assert.Equal(t, after.Annotations["theirs"], "too")
	drafts, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(drafts), 1)
	assert.Equal(t, drafts[0].Name.String(), "docker.io/library/app:2")
}

// updateBoth changes a draft of the writer's own and one that all write to.
func updateBoth(
	ctx context.Context, s *store.Store, names [2]reference.NamedTagged, img manifest.Image, key string,
) error {
	if _, err := s.Update(ctx, names[0], func(d *draft.Draft) error {
		d.Images = []manifest.Image{img}
		return nil
	}); err != nil {
		return err
	}
	if _, err := s.Update(ctx, names[1], func(d *draft.Draft) error {
		if d.Notes == nil {
			d.Notes = map[string]draft.Note{}
		}
		d.Notes[key] = draft.Note{Reason: key}
		return nil
	}); err != nil {
		return err
	}
	_, err := s.List(ctx)
	return err
}

func TestUpdateAtOnce(t *testing.T) {
	root := newRoot(t)
	img := writeImage(t, openStore(t, root), "linux/amd64")
	var group errgroup.Group
	const rounds = 10
	for process := range 2 {
		s := openStore(t, root)
		for writer := range 4 {
			own, common := draftName(t, fmt.Sprintf("own:%d-%d", process, writer)), draftName(t, "common:1")
			group.Go(func() error {
				for round := range rounds {
					key := fmt.Sprintf("%d-%d-%d", process, writer, round)
					if err := updateBoth(t.Context(), s, [2]reference.NamedTagged{own, common}, img, key); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	assert.NilError(t, group.Wait())
	s := openStore(t, root)
	drafts, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(drafts), 2*4+1)
	common, err := s.Draft(t.Context(), draftName(t, "common:1"))
	assert.NilError(t, err)
	assert.Equal(t, len(common.Notes), 2*4*rounds)
}

func TestUpdateCancelledWhileLocked(t *testing.T) {
	s := openStore(t, newRoot(t))
	_, err := s.Update(t.Context(), draftName(t, "app:1"), func(*draft.Draft) error {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := s.Update(ctx, draftName(t, "app:2"), func(*draft.Draft) error { return nil })
			done <- err
		}()
		cancel()
		assert.Check(t, is.ErrorIs(<-done, context.Canceled))
		return nil
	})
	assert.NilError(t, err)
}
