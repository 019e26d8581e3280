package store_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// A store takes no more drafts than it can list: it says so before it has more, and goes on with those that it has.
func TestCrowdedStore(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	addImages(t, s, "app:1", "linux/amd64")
	const most = 10_000
	crowd(t, root, most)
	touch := func(d *draft.Draft) error { d.Platforms = parsePlatforms(t, "linux/arm64"); return nil }
	_, err := s.Update(t.Context(), draftName(t, "new:1"), touch)
	assert.ErrorIs(t, err, store.ErrCrowded)
	assert.ErrorContains(t, err, `it has 10000, and takes 10000`)
	assert.Equal(t, len(entries(t, root).Manifests), most)

	_, err = s.Update(t.Context(), draftName(t, "app:1"), touch)
	assert.NilError(t, err)
	assert.NilError(t, s.Remove(t.Context(), draftName(t, "app:1")))
	_, err = s.Update(t.Context(), draftName(t, "new:1"), touch)
	assert.NilError(t, err)
	assert.Equal(t, len(entries(t, root).Manifests), most)
}

// crowd writes entries of the one draft of a store under other names, until there are so many.
func crowd(t *testing.T, root string, most int) {
	t.Helper()
	index := entries(t, root)
	for n := len(index.Manifests); n < most; n++ {
		other := index.Manifests[0]
		other.Annotations = maps.Clone(other.Annotations)
		delete(other.Annotations, "com.docker-multiplat.sum") // which is of the name as well
		other.Annotations["io.containerd.image.name"] = fmt.Sprintf("docker.io/library/crowd:%d", n)
		index.Manifests = append(index.Manifests, other)
	}
	body, err := json.Marshal(index)
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(filepath.Join(root, "index.json"), body, 0o600))
}

// Many drafts go in one change; what is not there, and what was changed since it was read, does not keep the others.
func TestRemoveUnchanged(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	for _, name := range []string{"a:1", "b:1", "c:1", "d:1"} {
		addImages(t, s, name, "linux/amd64")
	}
	list, err := s.List(t.Context())
	assert.NilError(t, err)
	addImages(t, s, "b:1", "linux/arm64")
	assert.NilError(t, s.Remove(t.Context(), draftName(t, "c:1")))
	gone, changed, err := s.RemoveUnchanged(t.Context(), list[:3])
	assert.NilError(t, err)
	assert.DeepEqual(t, namesOf(gone), []string{"docker.io/library/a:1"})
	assert.DeepEqual(t, namesOf(changed), []string{"docker.io/library/b:1"})
	left, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.DeepEqual(t, namesOf(left), []string{"docker.io/library/b:1", "docker.io/library/d:1"})

	_, _, err = s.RemoveUnchanged(t.Context(), nil)
	assert.NilError(t, err)
}

func namesOf(drafts []draft.Draft) []string {
	var names []string
	for _, d := range drafts {
		names = append(names, d.Name.String())
	}
	return names
}
