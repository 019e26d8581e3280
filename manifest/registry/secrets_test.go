package registry

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/authn"
	"gotest.tools/v3/assert"
)

// echoedKeychain has one user for all.
type echoedKeychain struct{ auth authn.AuthConfig }

func (k echoedKeychain) Resolve(authn.Resource) (authn.Authenticator, error) {
	return authn.FromConfig(k.auth), nil
}

// What was sent to a registry or to its token server is not shown when it comes back in an error.
func TestOwnSecretsAreBlanked(t *testing.T) {
	const password = "CANARY+pass/word"
	both := base64.StdEncoding.EncodeToString([]byte("user:" + password))
	for _, kind := range []string{"basic", "token server", "bearer"} {
		t.Run(kind, func(t *testing.T) {
			var host string
			echo := func(w http.ResponseWriter, r *http.Request) {
				_ = r.ParseForm()
				w.WriteHeader(http.StatusForbidden)
				//nolint:gosec // what a registry that repeats its requests answers, to a test
				_, _ = io.WriteString(w, `{"errors":[{"code":"DENIED","message":"your header was `+
					r.Header.Get("Authorization")+` CANARY+pass\/word `+password+` `+r.Form.Encode()+`"}]}`)
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/token" && kind == "bearer":
					_, _ = io.WriteString(w, `{"token":"CANARY-token"}`)
				case r.Header.Get("Authorization") != "":
					echo(w, r)
				case kind == "basic":
					w.Header().Set("Www-Authenticate", `Basic realm="x"`)
					w.WriteHeader(http.StatusUnauthorized)
				default:
					w.Header().Set("Www-Authenticate", `Bearer realm="http://`+host+`/token",service="x"`)
					w.WriteHeader(http.StatusUnauthorized)
				}
			}))
			defer server.Close()
			host = strings.TrimPrefix(server.URL, "http://")
			named, err := reference.ParseNormalizedNamed(host + "/team/app")
			assert.NilError(t, err)
			client := New(WithKeychain(echoedKeychain{authn.AuthConfig{Username: "user", Password: password}}))
			repo, err := client.Repository(t.Context(), named, Pull)
			if err == nil {
				_, _, err = repo.Resolve(t.Context(), "1")
			}
			assert.ErrorContains(t, err, "your header was")
			for _, secret := range []string{"CANARY", both, strings.TrimRight(both, "=")} {
				assert.Check(t, !strings.Contains(err.Error(), secret), "%s", err)
			}
		})
	}
}
