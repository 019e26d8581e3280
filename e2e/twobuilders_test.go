//go:build e2e

package e2e

import (
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Each builder builds the platforms that were proven of it: an init of another takes none away, and gives it none.
func TestPlatformsAreProvenPerBuilder(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		duo := s.builder + "-duo"
		defer s.docker("buildx", "rm", "--force", duo)
		s.write("Dockerfile", "FROM busybox\n")
		plan := func(flags ...string) string {
			args := append([]string{"build", "--dry-run", "-t", s.repository("app") + ":1"}, flags...)
			return s.run(append(args, ".")...).succeeds(t).Stdout
		}
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run("init", "--builder", duo, "--platform", "linux/amd64").succeeds(t)
		assert.Check(t, is.Contains(plan(), "linux/arm64"))
		other := plan("--builder", duo)
		assert.Check(t, is.Contains(other, "linux/amd64"))
		assert.Check(t, !is.Contains(other, "linux/arm64")().Success(), other)
	}, containerdStore)
}
