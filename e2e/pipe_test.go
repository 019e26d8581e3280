//go:build e2e

package e2e

import (
	"testing"

	"gotest.tools/v3/assert"
)

// Whoever reads the first lines only, as head does, ends neither a build nor a listing in the middle.
func TestOutputThatIsCutOff(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN for i in 1 2 3; do echo line $i; sleep 0.3; done\n")
		name := s.repository("app") + ":1"
		script := `set -o pipefail; docker multiplat build --progress plain --test-local -t "$0" . 2>&1 | head -1`
		r := s.execute(s.command("bash", "-c", script, name)).succeeds(t)
		assert.Assert(t, len(r.Stdout) > 0)
		s.run("publish", name).succeeds(t)
		for _, line := range []string{"ls", "inspect " + name, "status --progress quiet", "publish " + name, "version"} {
			r := s.execute(s.command("bash", "-c", "set -o pipefail; docker multiplat "+line+" | true")).succeeds(t)
			assert.Equal(t, r.Stdout, "")
		}
	}, containerdStore)
}
