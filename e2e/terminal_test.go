//go:build e2e

package e2e

import (
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// On a terminal there is one live display, in colour unless NO_COLOR says otherwise, then a table of 80 columns and what
// to do next; off a terminal there is not one escape sequence.
func TestTheLook(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", fourPlatforms).succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN uname -m\n")
		name := s.repository("an/application-with-a-long-name") + ":1.0.0"
		line := "docker multiplat build --no-cache --test true -t " + name + " ."
		colour, moves := regexp.MustCompile(`\x1b\[(3[0-7]|9[0-7])m`), regexp.MustCompile(`\x1b\[\d*A`)

		seen := s.onTerminal(line, "").succeeds(t).Stdout
		assert.Assert(t, colour.MatchString(seen) && moves.MatchString(seen))
		assert.Assert(t, is.Contains(seen, "1.0.0--s390x  1/1 "))
		assert.Assert(t, is.Contains(seen, "docker run --rm -it "+name+"--arm64"))
		assert.Assert(t, is.Contains(strings.Join(strings.Fields(seen), " "), name+" itself is not tagged in the engine"))
		assert.Assert(t, is.Contains(seen, "docker multiplat publish "+name))
		seen = s.with("NO_COLOR=1").onTerminal(line, "").succeeds(t).Stdout
		assert.Assert(t, !colour.MatchString(seen) && moves.MatchString(seen))
		seen = s.with("BUILDKIT_PROGRESS=plain").onTerminal(line, "").succeeds(t).Stdout
		assert.Assert(t, !strings.Contains(seen, "\x1b"))

		for _, r := range []result{
			s.finish(s.command("sh", "-c", line)).succeeds(t), s.run("publish", name).succeeds(t), s.run("ls").succeeds(t),
		} {
			assert.Assert(t, !strings.Contains(r.Stdout+r.Stderr, "\x1b"), r.Line)
		}
		quiet := s.with("BUILDKIT_PROGRESS=quiet").run("build", "-t", name, ".").succeeds(t)
		assert.Equal(t, quiet.Stderr, "")
	}, containerdStore)
}

// On a terminal prune asks, and takes a no.
func TestPruneAsks(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\n")
		s.run("build", "-t", "app:1", ".").succeeds(t)
		asked := s.onTerminal("docker multiplat prune --all", "n\n").exits(t, 130)
		assert.Assert(t, is.Contains(asked.Stdout, "Continue? [y/N]"))
		assert.Assert(t, is.Contains(asked.Stdout, "nothing was removed"))
		assert.Equal(t, s.run("ls", "--quiet").succeeds(t).Stdout, "app:1\n")
		s.onTerminal("docker multiplat prune --all", "y\n").succeeds(t)
		assert.Equal(t, s.run("ls", "--quiet").succeeds(t).Stdout, "")
	}, containerdStore)
}
