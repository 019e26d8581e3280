package localfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	assert.NilError(t, os.WriteFile(path, []byte("text"), 0o600))
	body, err := localfile.Read(path, 4)
	assert.NilError(t, err)
	assert.Equal(t, string(body), "text")

	_, err = localfile.Read(path, 3)
	assert.ErrorContains(t, err, "has 4 bytes, more than 3")
	assert.NilError(t, os.Truncate(path, 3<<30)) // a sparse file
	_, err = localfile.Read(path, 4<<20)
	assert.ErrorContains(t, err, "has 3221225472 bytes, more than 4194304")
	_, err = localfile.Read(os.DevNull, 3)
	assert.ErrorContains(t, err, "is no regular file")
	_, err = localfile.Read(t.TempDir(), 3)
	assert.ErrorContains(t, err, "is no regular file")
	_, err = localfile.Read(path+"-gone", 3)
	assert.ErrorIs(t, err, os.ErrNotExist)
}
