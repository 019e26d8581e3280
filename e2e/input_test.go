//go:build e2e

package e2e

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Wrong input is one line that names the value and the fix.
func TestWrongInput(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\n")
		s.write("empty/file", "")
		for _, tc := range []struct {
			args []string
			want string
		}{
			{[]string{"nonsense"}, `unknown command "nonsense"`},
			{[]string{"build"}, "takes 1 argument, not 0"},
			{[]string{"build", "."}, "give one with --tag NAME:TAG"},
			{[]string{"build", "-t", "Upper:1", "."}, `invalid reference "Upper:1"`},
			{[]string{"build", "-t", "app:1", "--platform", "linux/nonsense", "."}, `invalid platform "linux/nonsense"`},
			{[]string{"build", "-t", "app:1", "empty"}, `there is no Dockerfile at "empty/Dockerfile"`},
			{[]string{"build", "-t", "app:1", "nowhere"}, `the build context "nowhere" is neither a folder nor a URL`},
			{[]string{"build", "-t", "app:1", "-o", "type=local", "."}, "--output"},
			{[]string{"publish", "nothing:1"}, "no such draft"},
			{[]string{"publish", "app@sha256:" + strings.Repeat("0", 64)}, "is a digest; give a tag"},
		} {
			r := s.run(tc.args...).exits(t, 2)
			assert.Assert(t, is.Contains(r.Stderr, tc.want))
			assert.Equal(t, r.Stdout, "")
		}
		s.run("build", "--nonsense", ".").exits(t, 125)
	}, containerdStore)
}

// A machine that is not ready is told as such, with the command that mends it.
func TestMachineNotReady(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\n")
		r := s.run("build", "-t", "app:1", ".").exits(t, 3)
		assert.Assert(t, is.Contains(r.Stderr, "next: docker multiplat init --builder "+s.builder))
		dead := s.with("DOCKER_HOST=unix://" + filepath.Join(s.dir, "none.sock"))
		r = dead.run("init").exits(t, 3)
		assert.Assert(t, is.Contains(r.Stderr, "reaching the engine at unix://"))
	}, containerdStore)
}

// A registry that refuses ends in 7, one that is not there in 8; either way no tag changed, and it says so.
func TestRegistryRefusesOrIsDown(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\n")
		p := newProxy(t, s.lab.registry)
		name := s.repositoryAt(p.host, "app") + ":1"
		s.run("build", "--test-local", "-t", name, ".").succeeds(t)

		p.fail("", "/v2/", 0, respond(http.StatusUnauthorized, http.Header{"Www-Authenticate": {`Basic realm="lab"`}}, ""))
		r := s.run("publish", name).exits(t, 7)
		assert.Assert(t, is.Contains(r.Stderr, "tag "+name+" unchanged"))
		assert.Assert(t, is.Contains(r.Stderr, "docker login "+p.host))

		p.reset()
		p.fail(http.MethodPut, "/manifests/1", 1, respond(http.StatusForbidden, nil,
			`{"errors":[{"code":"DENIED","message":"tag is immutable"}]}`))
		r = s.run("publish", "--arch-tags", "none", name).exits(t, 7)
		assert.Assert(t, is.Contains(r.Stderr, "tag is immutable"))
		assert.Equal(t, len(s.registry.tags(t, s.repository("app"))), 0)

		down := s.repositoryAt("127.0.0.1:9", "app") + ":1"
		s.run("build", "--test-local", "-t", down, ".").succeeds(t)
		r = s.run("publish", down).exits(t, 8)
		assert.Assert(t, is.Contains(r.Stderr, "tag "+down+" unchanged"))
		assert.Assert(t, is.Contains(r.Stderr, "next: docker multiplat publish "+down))
	}, containerdStore)
}

// Between plugin and registry: one PUT by tag, the last write of all; nothing is read that the store holds; no tag
// is written that was not asked for.
func TestPublishOnTheWire(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN uname -m > /arch\n")
		p := newProxy(t, s.lab.registry)
		repository := s.repositoryAt(p.host, "app")
		s.run("build", "--test-local", "-t", repository+":1", ".").succeeds(t)
		s.run("publish", "--arch-tags", "none", repository+":1").succeeds(t)

		var writes []string
		for _, e := range p.requests("") {
			if e.Method == http.MethodPut || e.Method == http.MethodPost || e.Method == http.MethodPatch {
				writes = append(writes, e.Path)
			}
			assert.Assert(t, e.Method != http.MethodGet || !strings.Contains(e.Path, "/blobs/"), "%s %s", e.Method, e.Path)
		}
		last := writes[len(writes)-1]
		assert.Assert(t, strings.HasSuffix(last, "/manifests/1"), last)
		for _, path := range writes[:len(writes)-1] {
			assert.Assert(t, !strings.Contains(path, "/manifests/") || strings.Contains(path, "/manifests/sha256:"), path)
		}
		assert.DeepEqual(t, s.registry.tags(t, s.repository("app")), []string{"1"})

		// an unchanged rebuild writes nothing, so it may be run again where tags are immutable
		p.reset()
		p.fail(http.MethodPut, "/manifests/1", 0, respond(http.StatusForbidden, nil, "tags are immutable"))
		s.run("build", "--test-local", "-t", repository+":1", ".").succeeds(t)
		s.run("publish", "--arch-tags", "none", repository+":1").succeeds(t)
		assert.Equal(t, len(p.requests(http.MethodPut)), 0)
		p.reset()

		// a lost answer to the tag's PUT is settled by reading
		s.write("Dockerfile", "FROM busybox\nRUN uname -m > /other\n")
		s.run("build", "--test-local", "-t", repository+":1", ".").succeeds(t)
		p.fail(http.MethodPut, "/manifests/1", 0, loseAnswer)
		r := s.run("publish", "--arch-tags", "none", repository+":1").succeeds(t)
		_, id := s.registry.index(t, s.repository("app"), "1")
		assert.Equal(t, r.Stdout, repository+":1@"+id.String()+"\n")
	}, containerdStore)
}
