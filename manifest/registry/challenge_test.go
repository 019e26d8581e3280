package registry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// A registry may let anybody look at /v2/ and want credentials later, as one does of which a repository is public: they
// are sent once it wants them, by a token as well as by a password.
func TestCredentialsThatAreWantedLater(t *testing.T) {
	guards := map[string]func(*registrytest.Registry){
		"token":    func(p *registrytest.Registry) { withTokens(p, 100) },
		"password": withBasic,
	}
	for name, guard := range guards {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			public := proxy.Handler
			guard(proxy)
			guarded := proxy.Handler
			proxy.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v2/" {
					public.ServeHTTP(w, r)
					return
				}
				guarded.ServeHTTP(w, r)
			})
			repo, _ := openRepo(t, proxy, canary())
			body := []byte(strings.Repeat("layer", 1000))
			assert.NilError(t, push(body)(t.Context(), repo))
			got, err := repo.Fetch(t.Context(), blobOf(body))
			assert.NilError(t, err)
			assert.DeepEqual(t, got, body)

			anonymous, _ := openRepo(t, proxy)
			_, err = anonymous.Fetch(t.Context(), blobOf(body))
			assert.ErrorIs(t, err, ErrRefused)
		})
	}
}

// Where the registry sends on to another host for a blob, what that host wants is none of the registry's credentials:
// its challenge is not looked at.
func TestCredentialsAreNotForOthersWhoWantThem(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="http://127.0.0.2/token",service="other"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(other.Close)
	proxy := registrytest.New(t)
	inner := proxy.Handler
	proxy.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") {
			http.Redirect(w, r, other.URL+"/blob", http.StatusTemporaryRedirect)
			return
		}
		inner.ServeHTTP(w, r)
	})
	repo, _ := openRepo(t, proxy, canary())
	body := []byte("layer")
	assert.NilError(t, push(body)(t.Context(), repo))
	_, err := repo.Fetch(t.Context(), blobOf(body))
	assert.ErrorContains(t, err, "401 Unauthorized")
}
