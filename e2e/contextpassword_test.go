//go:build e2e

package e2e

import (
	"encoding/base64"
	"io/fs"
	"net/http"
	"net/http/cgi" //nolint:gosec // a server of the test
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A password in the address of a build context signs in, wherever the context stands, and is nowhere afterwards: not in
// the provenance, not in a list of buildx, not on the screen.
func TestPasswordInTheAddressOfAContext(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		const password = "canary%/1"
		s.write("Dockerfile", "FROM busybox\nRUN true\n")
		s.write("other/Dockerfile", "FROM busybox\nCOPY --from=more . /more\n")
		definition := func(context, more string) {
			s.write("docker-bake.hcl", `target "default" {
  context = "`+context+`"
  contexts = { more = "`+more+`" }
  attest = ["type=provenance,mode=max"]
  tags = ["`+s.repository("baked")+`:1"]
}`)
		}
		definition("other", ".")
		git := s.gitWith(t, password)
		at := "http://" + url.UserPassword("someone", password).String() + "@" + git
		definition(at+"/app.git#:other", at+"/app.tar")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		var said string
		build := func(args ...string) result {
			t.Helper()
			r := s.run(append([]string{
				"build", "--debug", "--progress", "plain", "--no-cache", "--provenance=mode=max",
				"-t", s.repository("app") + ":1",
			}, args...)...)
			said += r.Stdout + r.Stderr
			return r
		}
		refused := func(code int, why string, args ...string) {
			t.Helper()
			assert.Check(t, is.Contains(build(args...).exits(t, code).Stderr, why))
		}
		build(at + "/app.git").succeeds(t)
		build(at+"/app.git?ref=master&subdir=other", "--build-context", "more="+at+"/app.git").succeeds(t)
		build(at + "/app.tar").succeeds(t)
		build(at+"/app.tar?x=canary-query", "--provenance=false").succeeds(t)
		refused(4, "are user and password in the address right?", "http://someone:canary-wrong@"+git+"/app.git")
		refused(4, "are user and password in the address right?", "http://someone:canary-wrong@"+git+"/app.tar")
		refused(4, "?submodules=false", at+"/outer.git")
		build(at + "/outer.git?submodules=false").succeeds(t)
		build(at+"/app.git?x=canary-query").exits(t, 4)
		refused(2, "with two passwords", at+"/app.git", "--build-context", "more=http://someone:canary-two@"+git+"/app.git")
		refused(2, "name the commit", at+"/app.git", "--reproducible")
		refused(2, "--provenance=false", at+"/app.tar?sig=canary-query")
		baked := s.run("bake", "--debug", "--progress", "plain", "--no-cache").succeeds(t)
		remote := s.run("bake", "--debug", "--progress", "plain", "--no-cache", at+"/app.git").succeeds(t)
		wrong := s.run("bake", "http://someone:canary-wrong@"+git+"/app.git").exits(t, 4)
		assert.Check(t, is.Contains(wrong.Stderr, "are user and password in the address right?"))
		checked := s.run("check", "http://someone:canary-wrong@"+git+"/app.git").exits(t, 4)
		assert.Check(t, is.Contains(checked.Stderr, "are user and password in the address right?"))
		s.run("check", at+"/app.git").succeeds(t)
		for _, r := range []result{checked, baked, remote, wrong} {
			said += r.Stdout + r.Stderr
		}
		for _, secret := range []string{
			password, url.QueryEscape(password), url.UserPassword("someone", password).String(),
			base64.StdEncoding.EncodeToString([]byte("someone:" + password)), "canary-",
		} {
			assert.Check(t, !strings.Contains(said, secret), "%s is said", secret)
			s.nowhere(t, secret)
		}
	}, containerdStore)
}

// nowhere looks for a secret in all that is kept.
func (s *scenario) nowhere(t *testing.T, secret string) {
	t.Helper()
	assert.NilError(t, filepath.WalkDir(s.config, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.Contains(path, "cli-plugins") {
			return err
		}
		text, err := os.ReadFile(path) //nolint:gosec // nothing but the test writes there
		assert.Check(t, !strings.Contains(string(text), secret), "%s: in %s", secret, path)
		return err
	}))
}

// gitWith serves the scenario's folder as a repository that wants a password, as a tar beside it, and as a repository
// with the first one as a submodule.
func (s *scenario) gitWith(t *testing.T, password string) (host string) {
	t.Helper()
	root := t.TempDir()
	command := s.command("sh", "-c", `set -e
cp -r . "$0/work"; cd "$0"
git init -q -b master work; git -C work add .
git -C work -c user.name=a -c user.email=a@example.com commit -q -m a
git clone -q --bare work app.git; tar -C work -c . >app.tar
git -C work -c protocol.file.allow=always submodule --quiet add "$0/app.git" inner
git -C work config -f .gitmodules submodule.inner.url ../app.git; git -C work add .
git -C work -c user.name=a -c user.email=a@example.com commit -q -m b
git clone -q --bare work outer.git`, root)
	s.finish(command).succeeds(t)
	backend, err := exec.LookPath("git")
	assert.NilError(t, err)
	handler := &cgi.Handler{
		Path: backend, Args: []string{"http-backend"},
		Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "HOME=" + root},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, given, _ := r.BasicAuth()
		switch {
		case given != password:
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/app.tar":
			http.ServeFile(w, r, filepath.Join(root, "app.tar"))
		default:
			handler.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}
