package plugintest

import (
	"context"
	"io"
	"testing"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/util/progress/progressui"
	"gotest.tools/v3/assert"
)

// PlainDisplay is a display in plain text until the test ends.
func PlainDisplay(t *testing.T, out io.Writer) *progress.Printer {
	t.Helper()
	display, err := progress.NewPrinter(context.WithoutCancel(t.Context()), out, progressui.PlainMode)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, display.Wait()) })
	return display
}
