package plugin

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// An engine whose answers lack what buildx's drivers take for granted is an engine that is not ready, and no crash.
func TestEngineWithoutStates(t *testing.T) {
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Api-Version", "1.47")
		_, _ = io.WriteString(w, "{}")
	}))
	defer engine.Close()
	endpoint := strings.Replace(engine.URL, "http://", "tcp://", 1)
	cli, _ := newFakeCLI(t).NewEngine(t)
	fake := &fakeCLI{cli}
	fake.AddBuilderAt(t, "multiplat", endpoint)
	err := fake.run(t, "build", "--builder", "multiplat", "--platform", "linux/amd64", "-t", "app:1",
		plugintest.BuildContext(t))
	assert.Equal(t, ExitCode(err), failure.ExitNotReady, "%v", err)
	assert.Assert(t, is.Contains(explained(err), "the engine at "+endpoint+" gave an answer that buildx's driver "+
		"docker-container does not understand"))
	assert.Assert(t, !strings.Contains(explained(err), "goroutine"))
}
