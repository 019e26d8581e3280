package registry

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

func TestAuthBasic(t *testing.T) {
	proxy := registrytest.New(t)
	withBasic(proxy)
	repo, _ := openRepo(t, proxy, canary())
	putManifest(t, repo, "1", manifestBody("1"))
	assert.NilError(t, push([]byte("layer"))(t.Context(), repo))
	assert.Assert(t, is.Len(proxy.Log("/v2/$"), 1))
}

func TestAuthMissing(t *testing.T) {
	proxy := registrytest.New(t)
	withBasic(proxy)
	repo, _ := openRepo(t, proxy)
	err := repo.PutManifest(t.Context(), "1", ocispec.MediaTypeImageManifest, manifestBody("1"))
	assert.ErrorIs(t, err, ErrRefused)
	assert.ErrorContains(t, err, "401 Unauthorized: UNAUTHORIZED: sign in first")

	withTokens(proxy, 100)
	client := New(WithClock(newFakeClock()))
	_, err = client.Repository(t.Context(), named(t, proxy.Host()+"/team/app"), Push)
	assert.ErrorIs(t, err, ErrRefused)
	assert.ErrorContains(t, err, "signing in for "+proxy.Host()+"/team/app")
}

func TestAuthBearerOneTokenPerRepository(t *testing.T) {
	proxy := registrytest.New(t)
	s := withTokens(proxy, 1000)
	client := New(canary(), WithClock(newFakeClock()))
	name := named(t, proxy.Host()+"/team/app")
	for _, scope := range []Scope{Push, Pull, Push} {
		repo, err := client.Repository(t.Context(), name, scope)
		assert.NilError(t, err)
		putManifest(t, repo, "1", manifestBody("1"))
		assert.NilError(t, push([]byte("layer"))(t.Context(), repo))
	}
	assert.Assert(t, is.Len(proxy.Log("/v2/$"), 1))
	assert.Equal(t, s.issued, 1)
	assert.DeepEqual(t, s.scopes, []string{"repository:team/app:push,pull"})
}

func TestAuthIdentityToken(t *testing.T) {
	proxy := registrytest.New(t)
	withTokens(proxy, 1000)
	repo, _ := openRepo(t, proxy, WithKeychain(fixedKeychain{authn.AuthConfig{IdentityToken: "identity"}}))
	putManifest(t, repo, "1", manifestBody("1"))
	assert.DeepEqual(t, proxy.Log("/token"), []string{"POST /token"})
}

func TestAuthTokenServerFailsOnce(t *testing.T) {
	for name, auth := range map[string]authn.AuthConfig{
		"basic":    {Username: "user", Password: "canary"},
		"identity": {IdentityToken: "identity"},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			withTokens(proxy, 1000)
			proxy.On("GET", "/token", 1, registrytest.Status(502, ""))
			proxy.On("POST", "/token", 1, registrytest.Status(502, ""))
			repo, _ := openRepo(t, proxy, WithKeychain(fixedKeychain{auth}))
			putManifest(t, repo, "1", manifestBody("1"))
			assert.Assert(t, is.Len(proxy.Log("/token"), 2))
		})
	}
}

func TestAuthTokenExpiresEveryFewRequests(t *testing.T) {
	for uses := 1; uses <= 6; uses++ {
		t.Run(fmt.Sprint(uses), func(t *testing.T) {
			proxy := registrytest.New(t)
			s := withTokens(proxy, uses)
			repo, _ := openRepo(t, proxy, canary())
			if uses > 1 { // with one alone POST and PATCH never both pass
				assert.NilError(t, push([]byte(strings.Repeat("layer", 100_000)))(t.Context(), repo))
			}
			want := putManifest(t, repo, "1", manifestBody("1"))
			desc, _, err := repo.Resolve(t.Context(), "1")
			assert.NilError(t, err)
			assert.Equal(t, desc.Digest, want)
			assert.Assert(t, s.issued > 1 || uses == 6, "%d tokens", s.issued)
		})
	}
}

func TestAuthRealmElsewhereGetsNothing(t *testing.T) {
	var mu sync.Mutex
	var reached []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		reached = append(reached, r.Header.Get("Authorization"))
		_, _ = w.Write([]byte(`{"token":"x"}`))
	}))
	t.Cleanup(other.Close)
	_, port, err := net.SplitHostPort(other.Listener.Addr().String())
	assert.NilError(t, err)
	for name, realm := range map[string]string{
		"plain HTTP elsewhere":  "http://auth.example/token",
		"loopback by name":      "http://localhost:" + port + "/token",
		"loopback by address":   other.URL + "/token",
		"private address":       "http://192.168.7.7/token",
		"link-local address":    "https://169.254.169.254/token",
		"redirect to somewhere": "REDIRECT",
	} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			if realm == "REDIRECT" {
				realm = proxy.URL + "/token"
				proxy.On("GET", "/token", 0, registrytest.Status(307, "", "Location: http://localhost:"+port+"/token"))
			}
			proxy.On("GET", "/v2/$", 0, registrytest.Status(401, "", `WWW-Authenticate: Bearer realm="`+realm+`",service="x"`))
			_, err := New(canary(), WithClock(newFakeClock())).Repository(t.Context(), named(t, proxy.Host()+"/team/app"), Push)
			assert.ErrorIs(t, err, ErrRefused)
			assert.Assert(t, !strings.Contains(err.Error(), "canary"))
		})
	}
	assert.Assert(t, is.Len(reached, 0))
}

func TestAuthNotSentToRedirects(t *testing.T) {
	for name, setUp := range map[string]func(p *registrytest.Registry){
		"basic":  withBasic,
		"bearer": func(p *registrytest.Registry) { withTokens(p, 1000) },
	} {
		t.Run(name, func(t *testing.T) {
			storage := registrytest.New(t) // the same address, another port
			proxy := registrytest.New(t)
			setUp(proxy)
			repo, _ := openRepo(t, proxy, canary())
			proxy.On("GET", "/manifests/1", 0, registrytest.Status(307, "", "Location: "+storage.URL+"/v2/team/app/manifests/1"))
			proxy.On("POST", "/blobs/uploads/", 0, registrytest.Status(202, "", "Location: "+storage.URL+"/upload"))
			_, _, err := repo.Resolve(t.Context(), "1")
			assert.Assert(t, err != nil)
			assert.Assert(t, push([]byte("layer"))(t.Context(), repo) != nil)
			assert.DeepEqual(t, slices.Compact(storage.Log("")), []string{"GET /v2/team/app/manifests/1", "PATCH /upload"})
			assert.Assert(t, !slices.ContainsFunc(storage.SentHeader("Authorization"), func(s string) bool { return s != "" }))
		})
	}
}

func TestAuthClockDiffers(t *testing.T) {
	for name, forEver := range map[string]bool{"for a moment": false, "for ever": true} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, clock := openRepo(t, proxy)
			putManifest(t, repo, "1", manifestBody("1"))
			date := clock.Now().Add(94 * time.Second).UTC().Format(http.TimeFormat)
			for i := range maxLate {
				proxy.On("GET", "/manifests/", i+1, registrytest.Status(401, "", "Date: "+date))
			}
			if forEver {
				proxy.On("GET", "/manifests/", 0, registrytest.Status(401, "", "Date: "+date))
			}
			_, _, err := repo.Resolve(t.Context(), "1")
			assert.Assert(t, is.Len(proxy.Log("GET .*/manifests/"), 1+maxLate))
			if !forEver {
				assert.NilError(t, err)
				return
			}
			assert.ErrorIs(t, err, ErrRefused)
			assert.ErrorContains(t, err, "the clock differs from "+proxy.Host()+" by 9")
		})
	}
}

func TestAuthEndlessAnswers(t *testing.T) {
	proxy := registrytest.New(t)
	withTokens(proxy, 10)
	proxy.On("GET", "/token", 0, registrytest.Endless(200, "application/json"))
	_, err := New(canary(), WithClock(newFakeClock())).Repository(t.Context(), named(t, proxy.Host()+"/team/app"), Push)
	assert.ErrorIs(t, err, ErrRefused)

	proxy = registrytest.New(t)
	proxy.On("GET", "/v2/$", 0, registrytest.Endless(200, "text/plain"))
	openRepo(t, proxy)
}

func TestAuthPullAfterPushWasRefused(t *testing.T) {
	proxy := registrytest.New(t)
	withTokens(proxy, 10)
	proxy.On("GET", "/token", 1, registrytest.Status(403, ""))
	client := New(canary(), WithClock(newFakeClock()))
	_, err := client.Repository(t.Context(), named(t, proxy.Host()+"/team/app"), Push)
	assert.ErrorIs(t, err, ErrRefused)
	_, err = client.Repository(t.Context(), named(t, proxy.Host()+"/team/app"), Pull)
	assert.NilError(t, err)
}

func TestInsecureRegistryIsTold(t *testing.T) {
	proxy := registrytest.New(t)
	var lines []string
	notify := WithNotify(func(msg string) { lines = append(lines, msg) })
	openRepo(t, proxy, WithInsecure(proxy.Host()), notify)
	assert.Assert(t, is.Len(lines, 1))
	assert.Assert(t, is.Contains(lines[0], proxy.Host()+" is an insecure registry"))
}
