//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A build that the builder refuses leaves a tested draft as it was: nothing else was made. A build that began does not.
func TestRefusedBuildLeavesTheDraft(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		name := s.repository("app") + ":1"
		const good = "FROM busybox\nRUN true\n"
		s.write("Dockerfile", good)
		s.run("build", "--test-local", "--network", "host", "-t", name, ".").succeeds(t)
		drafts := s.run("ls", "--format", "json").succeeds(t).Stdout
		for _, tc := range []struct {
			dockerfile string
			flags      []string
		}{
			{dockerfile: "FROM busybox\nRUNN true\n"},
			{dockerfile: "FROM\n"},
			{dockerfile: "FROM busybox\nARG N\nCOPY --from=nowhere:1 / /\n"},
			{dockerfile: "FROM " + s.repository("nothing") + ":1\n"},
			{dockerfile: "# syntax=" + s.repository("nofrontend") + ":1\nFROM busybox\n"},
			{dockerfile: "FROM busybox\nRUN --security=insecure true\n"},
			{dockerfile: "FROM busybox\nRUN --network=host true\n"},
			{dockerfile: good, flags: []string{"--build-arg", "BUILDKIT_SYNTAX=" + s.repository("nofrontend") + ":1"}},
			{dockerfile: good, flags: []string{"--cache-to", "type=nothing"}},
			{dockerfile: good, flags: []string{"--build-context", "busybox=docker-image://" + s.repository("nothing") + ":1"}},
		} {
			s.write("Dockerfile", tc.dockerfile)
			args := append([]string{"build", "--test-local", "-t", name}, tc.flags...)
			r := s.run(append(args, ".")...)
			assert.Check(t, r.Code != 0, "%q %q", tc.dockerfile, tc.flags)
			now := s.run("ls", "--format", "json").succeeds(t).Stdout
			assert.Check(t, is.Equal(now, drafts), "%q %q: %s", tc.dockerfile, tc.flags, r.Stderr)
		}
		s.write("Dockerfile", good)
		s.run("build", "--test-local", "--network", "host", "-t", name, ".").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN false\n")
		r := s.run("build", "--test-local", "-t", name, ".").exits(t, 4)
		assert.Assert(t, is.Contains(r.Stderr, "cannot be published like this"))
		s.run("publish", name).exits(t, 5)

		other := s.repository("app") + ":2" // of one that was never there, nothing is left
		s.write("Dockerfile", "FROM\n")
		r = s.run("build", "-t", other, ".").exits(t, 4)
		assert.Assert(t, is.Contains(r.Stderr, "No draft and no tag was touched"))
		assert.Assert(t, !strings.Contains(s.run("ls").succeeds(t).Stdout, other))
	}, containerdStore)
}
