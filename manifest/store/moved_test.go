package store_test

import (
	"errors"
	"os"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// A store that is moved away while it is open is no damaged one: nothing is made where it was, and nothing is written to
// another one that stands there now.
func TestMovedWhileOpen(t *testing.T) {
	for name, instead := range map[string]string{"nothing": "", "another": newRoot(t)} {
		t.Run(name, func(t *testing.T) {
			root := newRoot(t)
			s, err := store.Open(root)
			assert.NilError(t, err)
			d := addImages(t, s, "app:1", "linux/amd64")
			assert.NilError(t, os.Rename(root, root+".away"))
			if instead != "" {
				other, err := store.Open(instead)
				assert.NilError(t, err)
				addImages(t, other, "app:1", "linux/arm64")
				assert.NilError(t, other.Close())
				assert.NilError(t, os.Rename(instead, root))
			}
			_, err = s.ReadBlob(t.Context(), d.Images[0].Manifest)
			assert.ErrorIs(t, err, store.ErrFolder)
			assert.Check(t, !errors.Is(err, store.ErrCorrupt), err)
			_, err = s.Update(t.Context(), draftName(t, "app:1"), func(*draft.Draft) error { return nil })
			assert.ErrorIs(t, err, store.ErrFolder)
			_, err = s.Mend(t.Context())
			assert.ErrorIs(t, err, store.ErrFolder)
			assert.NilError(t, s.Close())
			_, err = os.Stat(root)
			assert.Check(t, os.IsNotExist(err) == (instead == ""), "%v", err)
		})
	}
}
