package store_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// What stands in the place of a lock is not waited for.
func TestPipesForLocks(t *testing.T) {
	root := newRoot(t)
	s, err := store.Open(root)
	assert.NilError(t, err)
	addImages(t, s, "app:1", "linux/amd64")
	assert.NilError(t, s.Close())
	for _, name := range []string{"lock", "use.lock", filepath.Join("work", "1.lock")} {
		_ = os.Remove(filepath.Join(root, name)) // one is not there
		assert.NilError(t, syscall.Mkfifo(filepath.Join(root, name), 0o600))
	}
	s = openStore(t, root)
	_, err = s.Update(t.Context(), draftName(t, "app:1"), func(*draft.Draft) error { return nil })
	assert.NilError(t, err)
	_, err = s.RemoveUnneeded(t.Context())
	assert.NilError(t, err)
	looking, err := store.Look(root)
	assert.NilError(t, err)
	assert.NilError(t, looking.Close())
}
