//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A builder of another engine than the one in use is told in the plan: what it builds is loaded elsewhere.
func TestPlanTellsAnotherEngine(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\n")
		plan := s.run("build", "--dry-run", "-t", "app:1", ".").succeeds(t)
		assert.Assert(t, !strings.Contains(plan.Stdout, "another than the builder's"))
		other := labEnvironment(t, overlay2Store)["DOCKER_HOST"]
		plan = s.with("DOCKER_HOST="+other).run("build", "--dry-run", "-t", "app:1", ".").succeeds(t)
		assert.Assert(t, is.Contains(plan.Stdout, "engine     "+other+", another than the builder's"))
	}, containerdStore)
}

// The docker driver serves where the engine has the containerd store, and is refused with the init to run elsewhere.
func TestDockerDriver(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\n")
		build := []string{"build", "--builder", "default", "--platform", "linux/amd64", "-t", s.repository("app") + ":1"}
		for _, flags := range [][]string{{"--dry-run", "."}, {"."}} {
			r := s.run(append(build, flags...)...)
			if s.store == containerdStore {
				r.succeeds(t)
				continue
			}
			r.exits(t, 3)
			assert.Assert(t, is.Contains(r.Stderr, `its driver "docker" has no OCI exporter on this engine`))
			assert.Assert(t, is.Contains(r.Stderr, "next: docker multiplat init --builder multiplat "))
		}
	})
}
