package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
)

func exists(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	assert.NilError(t, err)
	return true
}

func TestOpenRemovesLeftovers(t *testing.T) {
	root := t.TempDir()
	alive, err := Open(root)
	assert.NilError(t, err)
	killed, err := Open(root)
	assert.NilError(t, err)
	writer, err := killed.Content().Writer(t.Context(), withRef("layer"))
	assert.NilError(t, err)
	_, err = writer.Write([]byte("half a layer"))
	assert.NilError(t, err)
	// The kernel does this when a process dies; nothing else is cleaned up then.
	assert.NilError(t, killed.work.lock.Unlock())
	unlocked := filepath.Join(root, workDir, "killed-before-its-folder.lock")
	assert.NilError(t, os.WriteFile(unlocked, nil, 0o600))
	assert.Assert(t, exists(t, filepath.Join(killed.work.path, "ingest")))

	next, err := Open(root)
	assert.NilError(t, err)
	assert.Assert(t, !exists(t, killed.work.path))
	assert.Assert(t, !exists(t, unlocked))
	assert.Assert(t, exists(t, alive.work.path))
	assert.Assert(t, exists(t, next.work.path))

	_, err = alive.WriteBlob(t.Context(), "text/plain", []byte("still works"))
	assert.NilError(t, err)
	assert.NilError(t, writer.Close())
	for _, s := range []*Store{alive, next} {
		assert.NilError(t, s.Close())
		assert.Assert(t, !exists(t, s.work.path))
	}
	left, err := os.ReadDir(filepath.Join(root, workDir))
	assert.NilError(t, err)
	assert.Equal(t, len(left), 0)
}

// Where work is a link, the blobs are those beside it, and not beside what it leads to.
func TestWorkElsewhere(t *testing.T) {
	root := t.TempDir()
	s, err := Open(root)
	assert.NilError(t, err)
	assert.NilError(t, s.Close())
	assert.NilError(t, os.Remove(filepath.Join(root, workDir)))
	assert.NilError(t, os.Symlink(t.TempDir(), filepath.Join(root, workDir)))
	s, err = Open(root)
	assert.NilError(t, err)
	desc, err := s.WriteBlob(t.Context(), "text/plain", []byte("here"))
	assert.NilError(t, err)
	assert.NilError(t, s.Close())
	assert.Assert(t, exists(t, filepath.Join(root, "blobs", "sha256", desc.Digest.Encoded())))
}

func TestCloseKeepsBlobs(t *testing.T) {
	root := t.TempDir()
	s, err := Open(root)
	assert.NilError(t, err)
	desc, err := s.WriteBlob(t.Context(), "text/plain", []byte("blob"))
	assert.NilError(t, err)
	assert.NilError(t, s.Close())
	assert.NilError(t, s.Close())
	s, err = Open(root)
	assert.NilError(t, err)
	body, err := s.ReadBlob(t.Context(), desc)
	assert.NilError(t, err)
	assert.Equal(t, string(body), "blob")
	assert.NilError(t, s.Close())
}

func TestMakeWorkFolderAtOnce(t *testing.T) {
	root := t.TempDir()
	assert.NilError(t, os.Mkdir(filepath.Join(root, "blobs"), 0o700))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 25 {
				work, err := makeWorkFolder(root)
				if !assert.Check(t, err) {
					return
				}
				assert.Check(t, exists(t, filepath.Join(work.path, "blobs")))
				assert.Check(t, work.remove())
			}
		})
	}
	group.Wait()
	left, err := os.ReadDir(filepath.Join(root, workDir))
	assert.NilError(t, err)
	assert.Equal(t, len(left), 0)
}
