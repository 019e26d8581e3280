package plugin

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// refuse makes the registry answer requests of a method and path with a status.
func (r *fakeRegistry) refuse(method, path string, status int) {
	match := regexp.MustCompile(path)
	r.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		if request.Method != method || !match.MatchString(request.URL.Path) {
			return false
		}
		_, _ = io.Copy(io.Discard, request.Body)
		w.WriteHeader(status)
		return true
	})
}

// The second of two registries fails while it is written to: then the tag at the first one is what it was, for no
// tag is written before everything any of them needs is there. A second run sends only what is missing.
func TestPublishTagsOnlyOnceAllIsThere(t *testing.T) {
	for name, tc := range map[string]struct {
		method, path string
		archTags     bool
	}{
		"blob refused":     {http.MethodPatch, "/blobs/uploads/", false},
		"manifest refused": {http.MethodPut, "/manifests/sha256:", false},
		"arch tag refused": {http.MethodPut, "/manifests/1--arm64$", true},
	} {
		t.Run(name, func(t *testing.T) {
			fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
			s, first, second := plugintest.OpenStore(t, fake), near.Host+"/team/app:1", far.Host+"/team/app:1"
			draft := plugintest.SavePassed(t, s, first, "app")
			plugintest.SavePassed(t, s, second, "app")
			far.refuse(tc.method, tc.path, http.StatusForbidden)

			out, err := fake.publish(t, first, second)
			assert.Equal(t, ExitCode(err), failure.ExitRefused, "%v", err)
			assert.Equal(t, out, "")
			assert.Equal(t, near.DigestAt(t, "team/app", "1").String(), "")
			told := explained(err)
			assert.Check(t, strings.Contains(told, "tag "+first+" unchanged"), told)
			assert.Check(t, strings.Contains(told, "tag "+second+" unchanged"), told)
			assert.Equal(t, strings.Contains(told, "tag "+first+"--amd64 written"), tc.archTags, told)

			far.Intercept(nil)
			log := near.Count()
			_, err = fake.publish(t, first, second)
			assert.NilError(t, err)
			assert.Equal(t, len(log.Matching("PATCH ")), 0)
			near.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
			far.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
			assert.Equal(t, far.DigestAt(t, "team/app", "1"), draft.Index.Digest)
		})
	}
}

// The tag at the second registry moves while the first one is written to: then neither is written.
func TestPublishLooksAtAllTagsBeforeItWritesOne(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	s, first, second := plugintest.OpenStore(t, fake), near.Host+"/team/app:1", far.Host+"/team/app:1"
	plugintest.SavePassed(t, s, first, "app")
	plugintest.SavePassed(t, s, second, "app")
	var once sync.Once
	far.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/1--amd64") {
			once.Do(func() { far.Image(t, "team/app", "1", "another", plugintest.Linux("amd64", "")) })
		}
		return false
	})
	_, err := fake.publish(t, "--retry-timeout", "0s", first, second)
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
	assert.Equal(t, near.DigestAt(t, "team/app", "1").String(), "")
	told := explained(err)
	assert.Check(t, strings.Contains(told, "tag "+first+" unchanged"), told)
	assert.Check(t, strings.Contains(told, "tag "+second+" unchanged"), told)
}
