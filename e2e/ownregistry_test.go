//go:build e2e

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// startRegistry starts one more distribution registry that lives as long as the test, on the storage in root, with
// more configuration in YAML, and returns its host.
func (s *scenario) startRegistry(t *testing.T, root, extra string) (host string) {
	t.Helper()
	host = freeHost(t)
	const form = "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: %q}}\nhttp: {addr: %q}\n%s\n"
	config := s.write("registry.yml", fmt.Sprintf(form, root, host, extra))
	ctx, cancel := context.WithCancel(t.Context())
	command := s.commandContext(ctx, s.lab.tool("registry"), "serve", config)
	command.Env = append(command.Env, "OTEL_TRACES_EXPORTER=none")
	assert.NilError(t, command.Start())
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // it was interrupted
	})
	eventually(t, "the registry to answer", func() error {
		response, err := http.Get("http://" + host + "/v2/") //nolint:noctx // of this machine
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
	return host
}

// freeHost is a host on loopback whose port is free.
func freeHost(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // only to find a free port
	assert.NilError(t, err)
	assert.NilError(t, listener.Close())
	return listener.Addr().String()
}

// tokenServer gives out tokens for a registry, as a hosted one does: signed, for the scopes asked for, to one user. The
// registry is behind it: on loopback, a realm of another address would not be trusted.
type tokenServer struct {
	host, keys string
	key        *ecdsa.PrivateKey
	// registry is the host of the registry; it is set before the first request.
	registry string

	mu     sync.Mutex
	scopes []string
}

func newTokenServer(t *testing.T, folder string) *tokenServer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	s := &tokenServer{key: key, keys: filepath.Join(folder, "keys.json")}
	public, err := key.PublicKey.Bytes() // 4, X, Y
	assert.NilError(t, err)
	coordinate := func(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
	keys := fmt.Sprintf(`{"keys":[{"kty":"EC","crv":"P-256","kid":"lab","alg":"ES256","use":"sig","x":%q,"y":%q}]}`,
		coordinate(public[1:33]), coordinate(public[33:]))
	assert.NilError(t, os.WriteFile(s.keys, []byte(keys), 0o600))
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.host = server.Listener.Addr().String()
	return s
}

// config is what the registry has to be told, by which clients reach it at host.
func (s *tokenServer) config(host string) string {
	return fmt.Sprintf("auth: {token: {realm: \"http://%s/token\", service: lab, issuer: lab, jwks: %q}}", host, s.keys)
}

// ServeHTTP implements http.Handler.
func (s *tokenServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/token" {
		forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: s.registry})
			r.Out.Host = r.In.Host
		}}
		forward.ServeHTTP(w, r)
		return
	}
	if user, secret, _ := r.BasicAuth(); user != "someone" || secret != password {
		http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"wrong name or password"}]}`, http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	type access struct {
		Type    string   `json:"type"`
		Name    string   `json:"name"`
		Actions []string `json:"actions"`
	}
	granted := []access{}
	for _, scope := range strings.Fields(strings.Join(r.URL.Query()["scope"], " ")) {
		s.scopes = append(s.scopes, scope)
		kind, rest, _ := strings.Cut(scope, ":")
		at := strings.LastIndex(rest, ":")
		granted = append(granted, access{kind, rest[:at], strings.Split(rest[at+1:], ",")})
	}
	now := time.Now().Unix()
	token, err := s.sign(map[string]any{
		"iss": "lab", "aud": "lab", "sub": "someone", "iat": now, "nbf": now - 10, "exp": now + 300,
		"jti": rand.Text(), "access": granted,
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"token": token}) // a client that is gone is its own affair
}

// sign makes a JSON web token (RFC 7519) with ES256.
func (s *tokenServer) sign(claims any) (string, error) {
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"typ":"JWT","alg":"ES256","kid":"lab"}`)) + "." + encode(body)
	sum := sha256.Sum256([]byte(text))
	r, v, err := ecdsa.Sign(rand.Reader, s.key, sum[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	v.FillBytes(signature[32:])
	return text + "." + encode(signature), nil
}

// asked lists the scopes that tokens were asked for.
func (s *tokenServer) asked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.scopes, " ")
}
