package view

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Of a bake that was refused before any platform was begun there is no table.
func TestRefusedBakeHasNoTable(t *testing.T) {
	fake := plugintest.NewCLI(t)
	assert.NilError(t, TargetRows(fake, make([]build.Result, 2), Showing{}))
	assert.Equal(t, fake.Stderr.String(), "")
}
