//go:build e2e

package e2e

import (
	"net/http"
	"net/http/cgi" //nolint:gosec // git http-backend on loopback, with the Go of this repository
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// The build context may be a folder, a tar on standard input, a Dockerfile on standard input, or the URL of a Git
// repository or of a tar.
func TestBuildContexts(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("app/Dockerfile", app)
		s.write("app/greeting", "hello\n")
		s.write("app/secret", "not for the image\n")
		s.write("app/.dockerignore", "secret\n")
		s.write("app/other.Dockerfile", "FROM busybox\nCOPY . /all\nRUN test ! -e /all/secret\n")
		git := s.serveGit(t, "app")

		s.run("build", "--test-local", "-t", s.repository("app")+":folder", "app").succeeds(t)
		s.run("build", "--test-local", "-f", "app/other.Dockerfile", "-t", s.repository("app")+":file", "app").succeeds(t)
		s.run("build", "--test-local", "-t", s.repository("app")+":git", git).succeeds(t)
		s.run("build", "--test-local", "-t", s.repository("app")+":http", s.serveTar(t, "app")).succeeds(t)
		s.pipe(t, "tar -C app -c .", "build", "--test-local", "-t", s.repository("app")+":tar", "-")
		s.pipe(t, "echo FROM busybox", "build", "--test-local", "-t", s.repository("app")+":dockerfile", "-")
	}, containerdStore)
}

// pipe feeds the output of a shell command to the plugin.
func (s *scenario) pipe(t *testing.T, shell string, args ...string) {
	t.Helper()
	output, err := s.command("sh", "-c", shell).Output()
	assert.NilError(t, err)
	command := s.command("docker", append([]string{"multiplat"}, args...)...)
	command.Stdin = strings.NewReader(string(output))
	s.finish(command).succeeds(t)
}

// serveTar serves a folder as a tar on loopback.
func (s *scenario) serveTar(t *testing.T, folder string) string {
	t.Helper()
	archive, err := s.command("tar", "-C", folder, "-c", ".").Output()
	assert.NilError(t, err)
	server := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive) }),
	)
	t.Cleanup(server.Close)
	return server.URL + "/app.tar"
}

// serveGit commits a folder and serves it over HTTP on loopback.
func (s *scenario) serveGit(t *testing.T, folder string) string {
	t.Helper()
	bare := filepath.Join(s.dir, "git", "app.git")
	for _, line := range []string{
		"git init -q -b main " + folder,
		"git -C " + folder + " add -A -f",
		"git -C " + folder + " -c user.name=e2e -c user.email=e2e@localhost commit -q -m app",
		"git clone -q --bare " + folder + " " + bare,
		"git -C " + bare + " update-server-info",
		"rm -rf " + folder + "/.git",
	} {
		output, err := s.command("sh", "-c", line).CombinedOutput()
		assert.NilError(t, err, "%s: %s", line, output)
	}
	program, err := exec.LookPath("git")
	assert.NilError(t, err)
	server := httptest.NewServer(&cgi.Handler{
		Path: program, Args: []string{"http-backend"},
		Env: []string{"GIT_PROJECT_ROOT=" + filepath.Dir(bare), "GIT_HTTP_EXPORT_ALL=1"},
	})
	t.Cleanup(server.Close)
	return server.URL + "/app.git#main"
}
