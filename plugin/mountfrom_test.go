package plugin

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// mountLog records what a registry was asked to mount; it mounts nothing. In the registry of these tests all
// repositories share their blobs, so one repository is made to deny that it has any.
type mountLog struct {
	empty string
	mu    sync.Mutex
	asked []string
}

func (l *mountLog) wrap(w http.ResponseWriter, request *http.Request) bool {
	if request.Method == http.MethodHead && strings.HasPrefix(request.URL.Path, "/v2/"+l.empty+"/blobs/") {
		w.WriteHeader(http.StatusNotFound)
		return true
	}
	query := request.URL.Query()
	if query.Get("mount") == "" {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, query.Get("from"))
	w.WriteHeader(http.StatusForbidden) // the upload is begun without
	return true
}

// The layers of base images at the same registry are mounted from there: from the only one without asking, of several
// from the one that has the layer, and of none where none has it.
func TestPublishMountsFromBases(t *testing.T) {
	for name, tc := range map[string]struct {
		bases []string
		want  []string
	}{
		"none":    {nil, nil},
		"one":     {[]string{"team/base"}, []string{"team/base"}},
		"several": {[]string{"team/another", "team/base", "team/closed"}, []string{"team/base"}},
		"not it":  {[]string{"team/another", "team/closed"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			fake, near := newFakeCLI(t), newFakeRegistry(t)
			s, image := plugintest.OpenStore(t, fake), near.Host+"/team/app:1"
			draft := plugintest.SavePassed(t, s, image, "app")
			source := map[string]string{}
			for _, base := range tc.bases {
				source[inputs.Dependency+"pkg:docker/"+near.Host+"/"+base+"@1"] = "sha256:00"
			}
			for _, platform := range []string{"linux/amd64", "linux/arm64"} {
				plugintest.SaveNote(t, s, image, platform, store.Note{Source: source})
			}
			m, _, err := s.Image(t.Context(), draft.Images[0].Manifest)
			assert.NilError(t, err)
			log := &mountLog{}
			near.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
				switch {
				case request.Method == http.MethodHead && request.URL.Path == "/v2/team/base/blobs/"+m.Layers[0].Digest.String():
					w.WriteHeader(http.StatusOK)
					return true
				case strings.HasPrefix(request.URL.Path, "/v2/team/closed/"):
					w.WriteHeader(http.StatusUnauthorized)
					return true
				}
				return log.wrap(w, request)
			})
			_, err = fake.publish(t, image)
			assert.NilError(t, err)
			slices.Sort(log.asked)
			assert.DeepEqual(t, slices.Compact(log.asked), tc.want)
			near.Intercept(nil)
			near.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
		})
	}
}

// What is merged or promoted from another repository of the registry is mounted from there; what comes from elsewhere
// is not.
func TestCopyMountsFromPlaces(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	near.Image(t, "team/other", "a", "app", plugintest.Linux("amd64", ""))
	far.Image(t, "team/app", "b", "app", plugintest.Linux("arm64", ""))
	log := &mountLog{empty: "team/app"}
	near.Intercept(log.wrap)
	_, err := fake.command(t, "merge", "--allow-untested", "-t", near.Host+"/team/app:1",
		near.Host+"/team/other:a", far.Host+"/team/app:b")
	assert.NilError(t, err)
	assert.DeepEqual(t, log.asked, []string{"team/other"})
	log.asked, log.empty = nil, "team/third"
	_, err = fake.command(t, "promote", "--allow-untested", near.Host+"/team/app:1", near.Host+"/team/third:1")
	assert.NilError(t, err)
	slices.Sort(log.asked)
	assert.DeepEqual(t, slices.Compact(log.asked), []string{"team/app"})
}
