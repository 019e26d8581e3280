package registry

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// fixedKeychain gives every registry the same credentials.
type fixedKeychain struct{ auth authn.AuthConfig }

var _ authn.Keychain = fixedKeychain{}

func (k fixedKeychain) Resolve(authn.Resource) (authn.Authenticator, error) {
	return authn.FromConfig(k.auth), nil
}

func canary() Option {
	return WithKeychain(fixedKeychain{authn.AuthConfig{Username: "user", Password: "canary"}})
}

// withBasic makes the proxy ask for user:canary.
func withBasic(p *registrytest.Registry) {
	inner := p.Handler
	p.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "user" || password != "canary" {
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			registrytest.Status(401, `{"errors":[{"code":"UNAUTHORIZED","message":"sign in first"}]}`)(w, r, inner)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// tokens makes the proxy ask for a bearer token of its own /token, which gives
// one to user:canary and to the refresh token "identity". A token holds for some
// requests.
type tokens struct {
	mu     sync.Mutex
	uses   int
	issued int
	left   int
	scopes []string
}

func withTokens(p *registrytest.Registry, uses int) *tokens {
	s := &tokens{uses: uses}
	inner := p.Handler
	p.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			s.issue(w, r)
		case s.accept(r):
			inner.ServeHTTP(w, r)
		default:
			realm := fmt.Sprintf(`Bearer realm="http://%s/token",service="registry"`, r.Host)
			w.Header().Set("WWW-Authenticate", realm)
			registrytest.Status(401, `{"errors":[{"code":"UNAUTHORIZED","message":"token please"}]}`)(w, r, inner)
		}
	})
	return s
}

func (s *tokens) issue(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, password, _ := r.BasicAuth()
	basic := user == "user" && password == "canary"
	if r.ParseForm() != nil || !basic && r.PostForm.Get("refresh_token") != "identity" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.issued++
	s.left = s.uses
	s.scopes = append(s.scopes, r.Form["scope"]...)
	_, _ = fmt.Fprintf(w, `{"token":"token-%d"}`, s.issued)
}

func (s *tokens) accept(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 || r.Header.Get("Authorization") != fmt.Sprintf("Bearer token-%d", s.issued) {
		return false
	}
	s.left--
	return true
}
