package registry

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// scopedTokens has the proxy's registry ask for tokens that hold for certain repositories. Its /token gives what
// grant leaves of the scopes asked for, and nothing at all where grant returns false.
func scopedTokens(p *registrytest.Registry, grant func(scopes []string) ([]string, bool)) {
	inner := p.Handler
	p.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			_ = r.ParseForm()
			granted, ok := grant(strings.Fields(strings.Join(r.Form["scope"], " ")))
			if !ok {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			token := base64.RawURLEncoding.EncodeToString([]byte(strings.Join(granted, " ")))
			_, _ = fmt.Fprintf(w, `{"token":%q}`, token)
			return
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/"), "/blobs/")
		needed := []string{"repository:" + name + ":push,pull"}
		if from := r.URL.Query().Get("from"); from != "" {
			needed = append(needed, "repository:"+from+":pull")
		}
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		held, err := base64.RawURLEncoding.DecodeString(token)
		for _, scope := range needed {
			if r.URL.Path != "/v2/" && slices.Contains(strings.Fields(string(held)), scope) {
				continue
			}
			if r.URL.Path == "/v2/" && err == nil && token != "" {
				continue
			}
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(
				`Bearer realm="http://%s/token",service="registry",scope=%q,error="insufficient_scope"`, r.Host, scope))
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Query().Get("mount") != "" {
			w.WriteHeader(http.StatusCreated) // in this registry all repositories share their blobs
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// To mount takes the right to pull from the other repository, which is asked for by then. Who does not get it sends
// the layer.
func TestMountAsksForTheScope(t *testing.T) {
	const base = "repository:team/base:pull"
	for name, grant := range map[string]func([]string) ([]string, bool){
		"granted": func(scopes []string) ([]string, bool) { return scopes, true },
		"left out": func(scopes []string) ([]string, bool) {
			return slices.DeleteFunc(scopes, func(s string) bool { return s == base }), true
		},
		"refused": func(scopes []string) ([]string, bool) { return scopes, !slices.Contains(scopes, base) },
	} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			scopedTokens(proxy, grant)
			repo, _ := openRepo(t, proxy)
			body := []byte("layer")
			from := named(t, proxy.Host()+"/team/base")
			sent, err := repo.PushBlobFrom(t.Context(), blobOf(body), from, opens(body), func(int64) {})
			assert.NilError(t, err)
			assert.Equal(t, sent, name != "granted")
			uploads := 0
			if sent {
				uploads = 1
			}
			assert.Assert(t, is.Len(proxy.Log("PATCH"), uploads))
			if sent { // and goes on to be able to push
				another := []byte("another layer")
				_, err = repo.PushBlob(t.Context(), blobOf(another), opens(another), nil)
				assert.NilError(t, err)
			}
		})
	}
}
