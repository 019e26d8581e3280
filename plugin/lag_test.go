package plugin

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// hide answers 404 to the first so many reads of a path.
func (r *fakeRegistry) hide(path string, reads int32) {
	var seen atomic.Int32
	r.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		read := request.Method == http.MethodGet || request.Method == http.MethodHead
		if !read || !strings.HasSuffix(request.URL.Path, path) || seen.Add(1) > reads {
			return false
		}
		w.WriteHeader(http.StatusNotFound)
		return true
	})
}

// Another machine has published by digest a moment ago, and the registry does not show it yet: it is asked again. A
// digest that is never shown is not there.
func TestMergeOfWhatIsShownLate(t *testing.T) {
	for _, way := range []string{"from", "digest"} {
		t.Run(way, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			s, repository := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
			draft, file := plugintest.SavePassed(t, s, repository+":1", "app"), filepath.Join(t.TempDir(), "m.json")
			_, err := fake.publish(t, "--by-digest", "--metadata-file", file, repository+":1")
			assert.NilError(t, err)
			merge := []string{"merge", "-t", repository + ":1", "--from", file}
			if way == "digest" {
				merge = []string{"merge", "-t", repository + ":1", repository + "@" + draft.Index.Digest.String()}
			}
			registry.hide(draft.Index.Digest.String(), 1000)
			_, err = fake.command(t, append(merge, "--retry-timeout", "1s")...)
			assert.Equal(t, ExitCode(err), failure.ExitRefused, "%v", err)
			assert.Check(t, strings.Contains(fake.Stderr.String(), "is not shown yet"), &fake.Stderr)

			registry.hide(draft.Index.Digest.String(), 1)
			_, err = fake.command(t, merge...)
			assert.NilError(t, err)
			registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
		})
	}
}

// A registry that has taken an index and does not show it is told of also where nothing else is said: whoever pulls now
// may not get it.
func TestQuietPublishOfWhatIsNotShown(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	draft := plugintest.SavePassed(t, s, name, "app")
	registry.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		path := request.URL.Path
		shown := !strings.HasSuffix(path, draft.Index.Digest.String()) && !strings.HasSuffix(path, "/manifests/1")
		if shown || request.Method == http.MethodPut {
			return false
		}
		w.WriteHeader(http.StatusNotFound)
		return true
	})
	out, err := fake.command(t, "publish", "-q", "--retry-timeout", "1s", name)
	assert.NilError(t, err)
	assert.Equal(t, strings.TrimSpace(out), name+"@"+draft.Index.Digest.String())
	assert.Equal(t, fake.Stderr.String(), registry.Host+" has taken the write of "+name+
		" and does not show it yet: the tag is not there; publish it again to be sure\n")
}

// The registry shows what the tag held before our last publish, and then that: nobody else has moved it.
func TestPublishAfterStaleRead(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SavePassed(t, s, name, "first")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	second := plugintest.SavePassed(t, s, name, "second")
	registry.hide("/team/app/manifests/1", 1)
	_, err = fake.publish(t, name)
	assert.NilError(t, err)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1"), second.Index.Digest)
}
