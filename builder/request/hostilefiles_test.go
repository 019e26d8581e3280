package request

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// sparse makes a file of 3 GB that takes no space.
func sparse(t *testing.T, path string) string {
	t.Helper()
	assert.NilError(t, os.WriteFile(path, nil, 0o600))
	assert.NilError(t, os.Truncate(path, 3<<30))
	return path
}

// Files that a user names are looked at before they are read: their kind, and their size.
func TestFilesWithoutEnd(t *testing.T) {
	folder := t.TempDir()
	huge := sparse(t, filepath.Join(folder, "huge"))
	for name, r := range map[string]Request{
		"device as a secret":   {Secrets: []string{"id=a,src=" + os.DevNull}},
		"huge secret":          {Secrets: []string{"id=a,src=" + huge}},
		"device as an SSH key": {SSH: []string{"default=" + os.DevNull}},
		"huge SSH key":         {SSH: []string{"default=" + huge}},
	} {
		err := r.checkValues()
		assert.Check(t, errors.Is(err, errdefs.ErrInput), "%s: %v", name, err)
		if name == "huge secret" || name == "huge SSH key" {
			assert.ErrorContains(t, err, "3221225472 bytes, more than")
		} else {
			assert.ErrorContains(t, err, "is no regular file")
		}
	}
	assert.ErrorContains(t, CheckContext(folder, huge), "more than 16777216")
	_, err := fileHash(huge)
	assert.ErrorContains(t, err, "more than 16777216")
}

// So is the file that says what of a context counts.
func TestIgnoreFileWithoutEnd(t *testing.T) {
	folder := t.TempDir()
	file := sparse(t, filepath.Join(folder, ".dockerignore"))
	_, err := ignored(folder, "")
	assert.ErrorContains(t, err, "more than 4194304")
	assert.NilError(t, os.Remove(file))
	assert.NilError(t, os.Symlink(os.DevNull, file))
	_, err = ignored(folder, "")
	assert.ErrorContains(t, err, "is no regular file")
}
