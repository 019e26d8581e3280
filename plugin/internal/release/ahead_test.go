package release

import (
	"net/http"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What is sent while tests run is there when they have passed; a test that fails ends it, and neither names an image.
func TestAhead(t *testing.T) {
	cli, registry := plugintest.NewCLI(t), plugintest.NewRegistry(t)
	s := plugintest.OpenStore(t, cli)
	image := plugintest.UntestedImage(t, s, "linux/amd64", "app")
	name := plugintest.Named(t, registry.Host+"/team/app:1")
	begin := func() *Ahead {
		session := NewSession(dockercli.New(cli, "test", nil), dockercli.Trust{}, nil)
		return session.Ahead(t.Context(), []reference.NamedTagged{name})
	}
	read, err := s.PlatformImage(t.Context(), image)
	assert.NilError(t, err)
	layers := read.Manifest.Layers

	held := make(chan struct{}, 1)
	registry.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/uploads/") {
			return false
		}
		select {
		case held <- struct{}{}:
		default:
		}
		<-r.Context().Done()
		return true
	})
	failed := begin()
	stop := failed.Send(s.Content(), image, nil)
	<-held
	stop()
	failed.End(true) // of another platform
	assert.Check(t, !registry.HasBlob(t, "team/app", layers[0]))

	log := registry.Count()
	passed := begin()
	passed.Send(s.Content(), image, nil)
	passed.End(true)
	registry.Intercept(nil)
	for _, layer := range layers {
		assert.Check(t, registry.HasBlob(t, "team/app", layer))
	}
	assert.Check(t, is.Len(log.Matching("PUT /v2/team/app/manifests/"), 0))
}
