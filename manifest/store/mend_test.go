package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// A store of any size is mended in a moment: what was found damaged goes, and what nobody has read yet may stay.
func TestMendTakesAMoment(t *testing.T) {
	root := filepath.Join(t.TempDir(), "store")
	s, err := Open(root)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, s.Close()) })
	s.brief = 10 * time.Millisecond
	found, err := s.WriteBlob(t.Context(), ocispec.MediaTypeImageLayer, bytes.Repeat([]byte("layer"), 1<<20))
	assert.NilError(t, err)
	hole, err := s.WriteBlob(t.Context(), ocispec.MediaTypeImageLayer, []byte("layer"))
	assert.NilError(t, err)
	for desc, size := range map[string]int64{found.Digest.Encoded(): found.Size, hole.Digest.Encoded(): 1 << 40} {
		path := filepath.Join(root, "blobs", "sha256", desc)
		assert.NilError(t, os.Chmod(path, 0o600))
		assert.NilError(t, os.Truncate(path, 0))
		assert.NilError(t, os.Truncate(path, size))
	}
	assert.ErrorIs(t, s.CheckWhole(t.Context(), found), ErrCorrupt)
	started := time.Now()
	dropped, err := s.Mend(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, dropped, 1)
	assert.Check(t, time.Since(started) < time.Minute) // a terabyte takes longer
	_, err = s.Content().Info(t.Context(), found.Digest)
	assert.ErrorContains(t, err, "not found")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.MendAll(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}
