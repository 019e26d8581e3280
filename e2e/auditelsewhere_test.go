//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What slipped into a registry is caught there: by verify, by a merge before anything is written, and by a test on
// another host before anything runs. What is allowed by its path passes all three.
func TestAuditElsewhere(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		const foreign = "/opt/app: x86-64 executable"
		repository := s.repository("app")
		s.run("init", "--platform", "linux/arm64").succeeds(t)
		s.goPrograms(t, "linux/amd64")
		s.write("Dockerfile", "FROM busybox\nCOPY bin/linux/amd64/app /opt/app\nCMD [\"true\"]\n")
		s.run("build", "--allow-foreign", "/opt", "-t", repository+":1", ".").succeeds(t)
		s.run("publish", "--allow-untested", repository+":1").succeeds(t)
		_, id := s.registry.index(t, repository, "1")
		by := repository + "@" + id.String()

		verified := s.run("verify", "--deep", by).exits(t, 9)
		assert.Assert(t, saysOf(verified.Stderr, "linux/arm64", foreign, "COPY bin/linux/amd64/app /opt/app"))
		s.run("verify", by).succeeds(t)
		s.run("verify", "--deep", "--allow-foreign", "/opt", by).succeeds(t)

		merged := s.run("merge", "--deep", "-t", repository+":2", by).exits(t, 5)
		assert.Assert(t, saysOf(merged.Stderr, "linux/arm64", foreign))
		assert.Assert(t, is.Contains(merged.Stderr, "tag "+repository+":2 unchanged"))
		assert.DeepEqual(t, s.registry.tags(t, repository), []string{"1", "1--arm64"})

		tested := s.run("test", "--progress", "plain", by).exits(t, 5)
		assert.Assert(t, saysOf(tested.Stderr, "linux/arm64", foreign))
		assert.Assert(t, !strings.Contains(tested.Stderr, "] testing"), "it was run")
		tested = s.run("test", "--allow-foreign", "/opt", by).succeeds(t)
		record := strings.TrimSpace(tested.Stdout)
		read := s.run("merge", "--deep", "--allow-foreign", "/opt", "--progress", "plain", "-t", repository+":2", record).
			succeeds(t)
		assert.Assert(t, !strings.Contains(read.Stderr, "] audit"), "its record shows that it was audited")
		s.run("merge", "--deep", "-t", repository+":2", record).exits(t, 5)
		s.run("verify", "--require-tested", repository+":2").succeeds(t)
	}, containerdStore)
}
