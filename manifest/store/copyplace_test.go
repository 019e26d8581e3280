package store

import (
	"os"
	"path/filepath"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// A folder where the copy of the list belongs is no copy: it goes, and a change that was made is no error.
func TestFolderInThePlaceOfTheCopy(t *testing.T) {
	root := filepath.Join(t.TempDir(), "store")
	s := openForTest(t, root)
	copied := filepath.Join(root, copyFile)
	assert.NilError(t, os.RemoveAll(copied))
	assert.NilError(t, os.MkdirAll(filepath.Join(copied, "of another"), 0o700))
	change := func(index *ocispec.Index) error {
		index.Annotations["changed"] = "yes"
		return nil
	}
	assert.NilError(t, s.changeIndexFile(t.Context(), change))
	index, err := readIndexAs(root, copyFile)
	assert.NilError(t, err)
	assert.Equal(t, index.Annotations["changed"], "yes")
}
