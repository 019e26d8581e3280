package plugin

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// closed answers as a registry whose repository team/private needs a login, or may only be read, in the way of the
// scheme.
func (r *fakeRegistry) closed(scheme string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, request *http.Request) bool {
		switch {
		case scheme == "token" && request.URL.Path == "/token":
			if strings.Contains(request.URL.Query().Get("scope"), "team/private") {
				w.WriteHeader(http.StatusUnauthorized)
				return true
			}
			_, _ = fmt.Fprint(w, `{"token":"good"}`)
			return true
		case scheme == "token" && request.Header.Get("Authorization") == "":
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+r.Host+`/token",service="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		case scheme == "basic" && (request.URL.Path == "/v2/" || strings.HasPrefix(request.URL.Path, "/v2/team/private/")):
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		case scheme == "pull only" && strings.HasPrefix(request.URL.Path, "/v2/team/private/") &&
			request.Method != http.MethodGet && request.Method != http.MethodHead:
			w.WriteHeader(http.StatusForbidden)
			return true
		case scheme == "repository" && strings.HasPrefix(request.URL.Path, "/v2/team/private/"):
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	}
}

// The login of one of two names is missing, or gives no right to push: then nothing is sent for either, whichever
// comes first.
func TestPublishTwoNamesOneWithoutLogin(t *testing.T) {
	for _, scheme := range []string{"token", "basic", "repository", "pull only"} {
		t.Run(scheme, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			closed, log := registry.closed(scheme), registry.Count()
			count := registry.Wrap
			registry.Intercept(func(w http.ResponseWriter, r *http.Request) bool { return count(w, r) || closed(w, r) })
			s := plugintest.OpenStore(t, fake)
			public, private := registry.Host+"/team/public:1", registry.Host+"/team/private:1"
			plugintest.SavePassed(t, s, public, "app")
			plugintest.SavePassed(t, s, private, "app")

			out, err := fake.publish(t, public, private)
			assert.Equal(t, ExitCode(err), failure.ExitRefused, "%v", err)
			assert.Equal(t, out, "")
			assert.Equal(t, registry.DigestAt(t, "team/public", "1").String(), "")
			assert.Equal(t, registry.DigestAt(t, "team/public", "1--amd64").String(), "")
			assert.Equal(t, len(log.Matching("PATCH "))+len(log.Matching("PUT ")), 0)
			told := explained(err)
			assert.Check(t, strings.Contains(told, "next: docker login "+registry.Host), told)
		})
	}
}

// A login that gives no right to push is learnt of before anything is built.
func TestBuildPushWithoutTheRightTo(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	fake.AddBuilder(t, "multiplat")
	registry.Intercept(registry.closed("pull only"))
	name := registry.Host + "/team/private:1"
	err := fake.run(t, "build", "--push", "--platform", "amd64", "-t", name, plugintest.BuildContext(t))
	assert.Equal(t, ExitCode(err), failure.ExitRefused, "%v", err)
	assert.ErrorContains(t, err, "asking for the right to push to team/private")
	assert.Check(t, strings.Contains(explained(err), "tag "+name+" unchanged"), explained(err))
}
