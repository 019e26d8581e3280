package plugin

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A removal that is cut off while the engine is silent says so in one word, and which drafts are gone.
func TestRemovalCutOff(t *testing.T) {
	for _, command := range [][]string{{"rm", "app:1"}, {"prune", "--all", "--force"}} {
		fake := newFakeCLI(t)
		s, err := store.Open(fake.Drafts())
		assert.NilError(t, err)
		plugintest.SavePassed(t, s, "app:1", "app")
		plugintest.SavePassed(t, s, "stays:1", "another")
		assert.NilError(t, s.Close()) // another process that has it open keeps all blobs
		asked := false
		ctx, cancel := context.WithCancel(t.Context())
		silent := &fakeCLI{fake.WithEngine(t, func(*http.Request) (*http.Response, error) {
			asked = true
			cancel()
			return nil, context.Canceled
		})}
		root := rootCommandUntil(ctx, t, silent)
		root.SetArgs(append([]string{"multiplat"}, command...))
		err = root.ExecuteContext(ctx)
		assert.Assert(t, asked)
		assert.ErrorIs(t, err, failure.ErrInterrupted, "%v", command)
		assert.Assert(t, strings.HasPrefix(explained(err), "ERROR: interrupted\n"), explained(err))
		left, err := fake.command(t, "ls", "--quiet")
		assert.NilError(t, err)
		assert.Equal(t, strings.Contains(silent.Stdout.String(), "app:1"), !strings.Contains(left, "app:1"), left)
	}
}
