package registry

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// redirectingServer stands for public hosts: a registry, its token server, which sends us elsewhere, and that place.
type redirectingServer struct {
	status int

	mu   sync.Mutex
	sent []string // host and body of every request with one
}

var _ http.RoundTripper = (*redirectingServer)(nil)

func (s *redirectingServer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.sent = append(s.sent, req.URL.Host+" "+string(body))
		s.mu.Unlock()
	}
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: req}
	resp.Body = io.NopCloser(strings.NewReader(`{"token":"x"}`))
	switch req.URL.Host {
	case "reg.example":
		resp.StatusCode = http.StatusUnauthorized
		resp.Header.Set("WWW-Authenticate", `Bearer realm="https://auth.example/token",service="x"`)
	case "auth.example":
		resp.StatusCode = s.status
		resp.Header.Set("Location", "https://elsewhere.example/token")
	}
	return resp, nil
}

// A refresh token is sent in the body of a request: where that is redirected to another host, it stays.
func TestRefreshTokenNotSentToRedirects(t *testing.T) {
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		server := &redirectingServer{status: status}
		keys := WithKeychain(fixedKeychain{authn.AuthConfig{Username: "<token>", IdentityToken: "canary"}})
		client := New(keys, WithTransport(server), WithClock(newFakeClock()))
		_, err := client.Repository(t.Context(), named(t, "reg.example/team/app"), Push)
		assert.ErrorIs(t, err, ErrRefused)
		assert.ErrorContains(t, err, "auth.example may not pass on what was sent to it")
		assert.Assert(t, !strings.Contains(err.Error(), "canary"))
		assert.Assert(t, is.Len(server.sent, 1))
		assert.Assert(t, strings.HasPrefix(server.sent[0], "auth.example ") && strings.Contains(server.sent[0], "canary"))
	}
}

// A manifest is not passed on to another host; to the same one it is.
func TestManifestRedirected(t *testing.T) {
	storage := registrytest.New(t)
	for name, elsewhere := range map[string]bool{"elsewhere": true, "same host": false} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, _ := openRepo(t, proxy)
			host := proxy.URL
			if elsewhere {
				host = storage.URL
			}
			proxy.On("PUT", "/manifests/1", 0, registrytest.Status(307, "", "Location: "+host+"/v2/team/app/manifests/2"))
			err := repo.PutManifest(t.Context(), "1", "application/vnd.oci.image.manifest.v1+json", manifestBody("1"))
			if elsewhere {
				assert.ErrorIs(t, err, ErrRefused)
				assert.Assert(t, is.Len(storage.Log(""), 0))
				return
			}
			assert.NilError(t, err)
		})
	}
}
