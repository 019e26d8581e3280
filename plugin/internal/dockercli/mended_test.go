package dockercli

import (
	"context"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// Who interrupts a command does not wait until all of the store was read.
func TestMendingIsInterrupted(t *testing.T) {
	s, err := store.Open(t.TempDir())
	assert.NilError(t, err)
	t.Cleanup(func() { assert.NilError(t, s.Close()) })
	_, err = s.WriteBlob(t.Context(), "application/octet-stream", []byte("whole"))
	assert.NilError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = Mended(ctx, s, store.ErrCorrupt)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, err, store.ErrCorrupt)
}
