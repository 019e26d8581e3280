package builder

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

func TestCheckVersion(t *testing.T) {
	for version, old := range map[string]bool{
		"v0.34.2": false, "v0.12.5": false, "v0.12.4": true, "v0.9.3": true, "v0.12.4-rc1": true, "v1.0.0": false,
		"0.11.0": true, "": false, "unknown": false, "0.0.0+unknown": false,
	} {
		err := checkVersion("n", version)
		assert.Equal(t, err != nil, old, version)
		if old {
			assert.ErrorIs(t, err, errdefs.ErrNotReady)
			assert.ErrorContains(t, err, "v0.12.5 is the oldest that is used")
		}
	}
}
