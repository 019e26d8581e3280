//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A test that fails on one platform keeps the others' verdicts and lets nothing ship. Once the test is right, testing
// alone opens the gate; once it has passed, it is not run again.
func TestFixTheTestNotTheImage(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		wrong := []string{"--test", "uname -m", "--test", `sh -c 'echo says; echo no >&2; test $(uname -m) = x86_64'`}
		args := append([]string{"build", "--report", "r.xml", "--report", "r.md", "-t", name}, wrong...)
		failed := s.run(append(args, ".")...).exits(t, 5)
		assert.Assert(t, is.Contains(failed.Stderr, "linux/arm64: sh -c"))
		assert.Assert(t, !strings.Contains(failed.Stderr, "ERROR: linux/amd64"))

		report := s.junitReport(t)
		assert.DeepEqual(t, []int{report.Tests, report.Failures, report.Errors}, []int{4, 1, 0})
		assert.Equal(t, report.Suites[0].Name+" "+report.Suites[1].Name, "linux/amd64 linux/arm64")
		only := report.Suites[1].Cases[1]
		assert.Equal(t, only.Failure.Message, "exit code 1, not 0")
		assert.Equal(t, only.Stdout+only.Stderr, "says\nno\n")
		summary, err := os.ReadFile(filepath.Join(s.dir, "r.md"))
		assert.NilError(t, err)
		assert.Assert(t, is.Contains(string(summary), "linux/arm64"))

		refused := s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "linux/arm64 failed"))
		assert.Assert(t, is.Contains(refused.Stderr, "next: docker multiplat test --test 'uname -m' --test 'sh -c "))
		assert.Equal(t, len(s.registry.tags(t, s.repository("app"))), 0)

		right := []string{"test", "--test", "uname -m", name}
		weaker := s.run(right...).exits(t, 5) // other tests do not make up for those that failed
		assert.Assert(t, is.Contains(weaker.Stderr, "it failed tests that were left out now"))
		s.run("rm", name).succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)
		first := s.run(right...).succeeds(t)
		assert.Assert(t, is.Contains(first.Stdout, name+"@sha256:"))
		again := s.run(right...).succeeds(t)
		assert.Equal(t, again.Stdout, first.Stdout)
		assert.Equal(t, strings.Count(again.Stderr, "passed (cached)"), 2)
		assert.Assert(t, !strings.Contains(again.Stderr, "] testing"))
		published := s.run("publish", name).succeeds(t)
		assert.Equal(t, published.Stdout, first.Stdout)
	}, containerdStore)
}

// A draft that is not there, or a platform it has not, is bad input.
func TestTestRefusesWhatIsNotThere(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		missing := s.run("test", s.repository("app")+":1").exits(t, 2)
		assert.Assert(t, is.Contains(missing.Stderr, "next: docker multiplat build --test-local -t "))
		s.write("Dockerfile", "FROM busybox\n")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.run("build", "-t", s.repository("app")+":1", "--platform", "linux/amd64", ".").succeeds(t)
		other := s.run("test", "--platform", "linux/arm64", s.repository("app")+":1").exits(t, 2)
		assert.Assert(t, is.Contains(other.Stderr, "which has linux/amd64"))
		network := s.run("test", "--test-network", "no-such-net", s.repository("app")+":1").exits(t, 3)
		assert.Assert(t, is.Contains(network.Stderr, "next: docker network create no-such-net"))
	}, containerdStore)
}

// An image in a registry is tested by digest, and its record is beside it; its tag stays as it is.
func TestTestOfPublishedImage(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		repository := s.repository("app")
		s.write("Dockerfile", "FROM busybox\nRUN echo hello > /greeting\n")
		s.write("t.yaml", "schemaVersion: 2.0.0\nfileContentTests: [{name: c, path: /greeting, expectedContents: [hello]}]\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run("build", "-t", repository+":1", ".").succeeds(t)
		s.run("publish", "--allow-untested", "--reason", "tested later", repository+":1").succeeds(t)
		_, before := s.registry.index(t, repository, "1")
		by := repository + "@" + before.String()

		s.run("test", "--platform", "arm64", "--test", "false", by).exits(t, 5)
		s.run("test", "--platform", "arm64", "--test", "true", by).exits(t, 5)
		s.run("promote", "--allow-untested", by, "2").exits(t, 5)
		s.run("rm", repository+":1").succeeds(t) // the draft has the same bytes
		tested := s.run("test", "--platform", "amd64,arm64", "--test", "uname -m", "--test-config", "t.yaml", by).succeeds(t)
		_, id, found := strings.Cut(strings.TrimSpace(tested.Stdout), "@")
		assert.Assert(t, found)
		index, _ := s.registry.index(t, repository, id)
		old, after := s.registry.index(t, repository, "1")
		assert.Equal(t, after, before)
		assert.DeepEqual(t, imagesOf(index), imagesOf(old))
		for _, image := range imagesOf(index) {
			records := s.records(t, repository, attestationsOf(index)[image.Digest.String()])
			assert.Assert(t, is.Contains(records, `"result":"PASSED"`))
			assert.Assert(t, is.Contains(records, `"t.yaml: c"`))
		}
		left := s.docker("ps", "--all", "--quiet", "--filter", "label=com.docker-multiplat.run=export").succeeds(t)
		assert.Equal(t, left.Stdout, "")
	})
}
