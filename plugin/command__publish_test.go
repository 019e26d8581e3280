package plugin

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestPublishInterruptedTellsTags(t *testing.T) {
	fake, registry := newTestCLI(t), newTestRegistry(t)
	name := registry.host + "/team/app:1"
	savePassed(t, openStore(t, fake), name, "app")
	ctx, cancel := context.WithCancel(t.Context())
	registry.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/1") {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
			return true
		}
		return false
	})
	options := publishOptions{names: []string{name}, archTags: "keep", progress: progressOptions{mode: "plain"}}
	err := runPublish(ctx, fake, options)
	assert.Equal(t, codeOf(err), exitInterrupted)
	assert.Check(t, strings.Contains(explained(err), "written"), explained(err))
}
