//go:build e2e

package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// password is that of a registry that lives as long as the test.
const password = "canary-7f3a"

// guarded stands before the lab's registry and wants the user someone with the password.
type guarded struct {
	host string
	// let counts the requests that were let through.
	let atomic.Int64
}

func newGuarded(t *testing.T, registry string) *guarded {
	t.Helper()
	g := &guarded{}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: registry})
		r.Out.Host = r.In.Host
		r.Out.Header.Del("Authorization")
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, secret, ok := r.BasicAuth(); !ok || user != "someone" || secret != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="lab"`)
			w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		g.let.Add(1)
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	g.host = server.Listener.Addr().String()
	return g
}

// Publishing uses what docker login has stored, in the file or in a helper, and never goes on without it.
func TestPublishCredentials(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		g := newGuarded(t, s.lab.registry)
		s.write("Dockerfile", "FROM busybox\n")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		name := s.repositoryAt(g.host, "app") + ":1"
		s.run("build", "--test-local", "--platform", "linux/amd64", "-t", name, ".").succeeds(t)

		hung := s.hangingHelper(t, g.host, name)
		refused := s.run("publish", name).exits(t, 7)
		assert.Assert(t, is.Contains(refused.Stderr, "docker login "+g.host))
		assert.Equal(t, g.let.Load(), int64(0))

		s.docker("login", "-u", "someone", "-p", password, g.host).succeeds(t)
		said := s.run("publish", name).succeeds(t)
		assert.Assert(t, !strings.Contains(said.Stderr+said.Stdout, password))
		debug := s.docker("--debug", "multiplat", "publish", name).succeeds(t)
		assert.Assert(t, is.Contains(debug.Stderr, "GET http://"+g.host+"/v2/"))
		assert.Assert(t, !strings.Contains(debug.Stderr+debug.Stdout, password))
		s.docker("logout", g.host).succeeds(t)

		for _, tc := range []struct{ script, reason string }{
			{`echo '{"ServerURL":"x","Username":"someone","Secret":"` + password + `"}'`, ""},
			{`echo '{"ServerURL":"x","Username":"someone","Secret":"wrong"}'`, "401"},
			{"echo the keyring is locked; exit 1", "the keyring is locked"},
			{"", "docker-credential-lab"}, // not there at all
		} {
			g.let.Store(0)
			r := s.withHelper(t, g.host, tc.script).run("publish", name)
			if tc.reason == "" {
				r.succeeds(t)
				continue
			}
			r.exits(t, 7)
			assert.Assert(t, is.Contains(r.Stderr, tc.reason))
			assert.Equal(t, g.let.Load(), int64(0), "it went on without credentials")
		}
		r := (<-hung).exits(t, 7)
		assert.Assert(t, is.Contains(r.Stderr, "docker-credential-lab"))
		assert.Assert(t, is.Contains(r.Stderr, "no answer within 30s"))
		assert.Equal(t, g.let.Load(), int64(0), "it went on without credentials")
	}, containerdStore)
}

// hangingHelper publishes with a credential helper that does not answer, beside whatever the test does meanwhile. It
// has a configuration of its own, and the same drafts.
func (s *scenario) hangingHelper(t *testing.T, host, name string) <-chan result {
	t.Helper()
	other := s.with("MULTIPLAT_STORE="+filepath.Join(s.config, "multiplat", "store"), "DOCKER_CONFIG="+t.TempDir())
	other.config = strings.TrimPrefix(other.environ[len(other.environ)-1], "DOCKER_CONFIG=")
	other.installPlugins()
	other = other.withHelper(t, host, "exec sleep 600")
	done := make(chan result, 1)
	command := other.command("docker", "multiplat", "publish", name)
	go func() { done <- other.execute(command) }()
	return done
}

// withHelper is the scenario with a credential helper for one host, which runs the script; an empty one is missing.
func (s *scenario) withHelper(t *testing.T, host, script string) *scenario {
	t.Helper()
	folder := t.TempDir()
	if script != "" {
		helper := filepath.Join(folder, "docker-credential-lab")
		assert.NilError(t, os.WriteFile(helper, []byte("#!/bin/sh\n"+script+"\n"), 0o600))
		assert.NilError(t, os.Chmod(helper, 0o700))
	}
	config := filepath.Join(s.config, "config.json")
	text := `{"credHelpers":{"` + host + `":"lab"}}`
	assert.NilError(t, os.WriteFile(config, []byte(text), 0o600))
	return s.with("PATH=" + folder + ":" + s.lab.path)
}
