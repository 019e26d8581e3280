//go:build e2e

package e2e

import (
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A builder of daemons is made, looked at, used and taken away where no engine can be reached; one of containers is not.
func TestFarmWithoutAnEngine(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		node := newDaemon(t, s)
		farm := s.with("BUILDX_BUILDER=alone-"+s.id, "DOCKER_HOST=unix:///there/is/no/engine")
		words := []string{
			"init",
			"--platform",
			"linux/amd64,linux/arm64",
			"--node",
			"linux/amd64+linux/arm64=" + node.address,
		}

		plan := farm.run(append(words, "--dry-run")...).succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "none, and none is needed"))
		for range 2 {
			made := farm.run(append(words, "--format", "json")...).succeeds(t).machine(t)
			assert.Check(t, made.Ready)
			assert.Equal(t, len(made.Platforms), 2)
			assert.Check(t, made.Platforms[0].Native && made.Platforms[0].BuilderRuns && made.Platforms[0].NoEngine)
			assert.Check(t, !made.Platforms[1].Native && made.Platforms[1].BuilderRuns && !made.Platforms[1].EngineRuns)
		}
		persist := farm.run(append(words, "--persist")...).exits(t, 3)
		assert.Check(t, is.Contains(persist.Stderr, "reaching the engine at"))
		status := farm.run("status").succeeds(t)
		assert.Check(t, is.Contains(status.Stdout, "none"))
		assert.Check(t, is.Contains(status.Stderr, "no engine (reaching the engine at"))

		s.write("Dockerfile", "FROM busybox\nRUN uname -m > /arch\n")
		name := s.repository("app") + ":1"
		farm.run("build", "--quiet", "-t", name, ".").succeeds(t)
		assert.Check(t, is.Contains(farm.run("ls").succeeds(t).Stdout, name))

		for _, says := range []string{"builder alone-" + s.id + " removed", "there is no builder alone-" + s.id} {
			gone := farm.run("deinit", "--builder", "alone-"+s.id).succeeds(t)
			assert.Check(t, is.Contains(gone.Stderr, "no engine (reaching the engine at"))
			assert.Check(t, is.Contains(gone.Stderr, says))
		}
		gone := farm.run("status").exits(t, 3)
		assert.Check(t, is.Contains(gone.Stderr, "reaching the engine at"))
		contained := farm.run("init", "--builder", "other-"+s.id).exits(t, 3)
		assert.Check(t, is.Contains(contained.Stderr, "reaching the engine at"))
	}, containerdStore)
}
