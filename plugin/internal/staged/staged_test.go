package staged

import (
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// What is gone while it is sent on to another registry is no damage of this machine: the registry that lost it says so,
// and what was to be done about it is told.
func TestGoneIsRefused(t *testing.T) {
	var err error = &GoneError{Platform: "linux/amd64", Repository: "reg.example/app", Err: cerrdefs.ErrNotFound}
	assert.ErrorIs(t, err, registry.ErrRefused)
	assert.ErrorIs(t, err, cerrdefs.ErrNotFound)
}
