package command

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

func TestPublishInterruptedTellsTags(t *testing.T) {
	fake, registry := plugintest.NewCLI(t), plugintest.NewRegistry(t)
	name := registry.Host + "/team/app:1"
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), name, "app")
	ctx, cancel := context.WithCancel(t.Context())
	registry.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/1") {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
			return true
		}
		return false
	})
	options := publishOptions{names: []string{name}, progress: view.Progress{Mode: "plain"}}
	options.archTags.Value = option.ArchTagsKeep
	err := runPublish(ctx, fake, options)
	assert.Equal(t, failure.ExitCode(err), failure.ExitInterrupted)
	assert.Check(t, strings.Contains(explained(err), "written"), explained(err))
}
