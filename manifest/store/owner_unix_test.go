//go:build unix

package store

import (
	"os"
	"testing"

	"gotest.tools/v3/assert"
)

func TestCheckOwner(t *testing.T) {
	info, err := os.Stat(t.TempDir())
	assert.NilError(t, err)
	assert.NilError(t, checkOwner(info, os.Geteuid()))
	assert.ErrorContains(t, checkOwner(info, os.Geteuid()+1), "it belongs to user")
}
