//go:build e2e

package e2e

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Base images come from a registry with an authority of its own, and from one with a password, after plain init; what
// is built from them is published there, promoted from one to the other, and merged.
func TestImagesOfOtherRegistries(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		environ := labEnvironment(t, s.store)
		tls, auth := environ["LAB_TLS_REGISTRY"], environ["LAB_AUTH_REGISTRY"]
		s.trust(t, tls, environ["LAB_TLS_CA"])
		s.login(t, auth, environ["LAB_AUTH_USER"]+":"+environ["LAB_AUTH_PASSWORD"])
		r := s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, tls))
		for i, host := range []string{tls, auth} {
			s.write("Dockerfile", "FROM "+host+"/library/busybox\nRUN uname -m\n")
			arch := []string{"amd64", "arm64"}[i]
			name := s.repositoryAt(host, arch) + ":1"
			s.run("build", "--test-local", "-t", name, ".").succeeds(t)
			s.run("publish", "--platform", arch, "--by-digest", "--metadata-file", arch+".json", name).succeeds(t)
		}
		merged := s.repositoryAt(tls, "app") + ":rc"
		s.run("merge", "-t", merged, "--from", "amd64.json", "--from", "arm64.json", "--allow-mixed").succeeds(t)
		s.run("promote", merged, "1", s.repositoryAt(auth, "copy")+":1").succeeds(t)
		for _, name := range []string{s.repositoryAt(tls, "app") + ":1", s.repositoryAt(auth, "copy") + ":1"} {
			s.run("verify", "--require-tested", "--deep", name).succeeds(t)
		}
		_, app := s.registry.index(t, s.repository("app"), "rc")
		_, copied := s.registry.index(t, s.repository("copy"), "1")
		assert.Equal(t, copied, app)
	}, containerdStore)
}

// The certificates that are no longer the builder's are a difference.
func TestInitSeesNewCertificates(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		environ := labEnvironment(t, s.store)
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.trust(t, environ["LAB_TLS_REGISTRY"], environ["LAB_TLS_CA"])
		r := s.run("init", "--platform", "linux/amd64").exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, environ["LAB_TLS_REGISTRY"]))
		s.run("init", "--recreate", "--platform", "linux/amd64").succeeds(t)
	}, containerdStore)
}

// Proxies reach the builder's daemon; their passwords are shown nowhere.
func TestProxiesReachTheBuilder(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		config := `{"proxies": {"default": {"httpsProxy": "http://me:s3cret-canary@proxy.invalid:3128", "noProxy": "a.invalid,b.invalid"}}}`
		assert.NilError(t, os.WriteFile(filepath.Join(s.config, "config.json"), []byte(config), 0o600))
		r := s.run("init", "--platform", "linux/amd64").succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, "HTTPS_PROXY=http://me:xxxxx@proxy.invalid:3128"))
		again := s.run("init", "--platform", "linux/amd64").succeeds(t)
		status := s.run("status", "--format", "json").succeeds(t)
		for _, out := range []string{r.Stderr, r.Stdout, again.Stderr, again.Stdout, status.Stderr, status.Stdout} {
			assert.Check(t, !strings.Contains(out, "s3cret-canary"))
		}
		environ := s.docker("inspect", "--format", "{{json .Config.Env}}", "buildx_buildkit_"+s.builder+"0").succeeds(t)
		assert.Check(t, is.Contains(environ.Stdout, "HTTPS_PROXY=http://me:s3cret-canary@proxy.invalid:3128"))
		assert.Check(t, is.Contains(environ.Stdout, "NO_PROXY=a.invalid,b.invalid"))
	}, containerdStore)
}

// trust puts a registry's authority where the Docker CLI's configuration is.
func (s *scenario) trust(t *testing.T, host, authority string) {
	t.Helper()
	text, err := os.ReadFile(authority)
	assert.NilError(t, err)
	folder := filepath.Join(s.config, "certs.d", host)
	assert.NilError(t, os.MkdirAll(folder, 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "ca.crt"), text, 0o600))
}

// login writes what `docker login` writes.
func (s *scenario) login(t *testing.T, host, userPassword string) {
	t.Helper()
	config := fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, host, base64.StdEncoding.EncodeToString([]byte(userPassword)))
	assert.NilError(t, os.WriteFile(filepath.Join(s.config, "config.json"), []byte(config), 0o600))
}
