//go:build e2e

package e2e

import (
	"io"
	"strings"
	"testing"

	"github.com/creack/pty"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// typing executes `docker multiplat ARGS...` on a terminal at which these lines are typed.
func (s *scenario) typing(t *testing.T, lines string, args ...string) result {
	t.Helper()
	keyboard, tty, err := pty.Open()
	assert.NilError(t, err)
	defer keyboard.Close()
	defer tty.Close()
	_, err = io.WriteString(keyboard, lines)
	assert.NilError(t, err)
	command := s.command("docker", append([]string{"multiplat"}, args...)...)
	command.Stdin = tty
	return s.finish(command)
}

// Who tries the images by hand says what came of it, platform by platform; that opens and shuts the gate as tests do,
// and who has looked is in what is published.
func TestManual(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)
		nobody := s.run("test", "--manual", name).exits(t, 2)
		assert.Equal(t, strings.Count(nobody.Stderr, "\n"), 1, nobody.Stderr)
		assert.Assert(t, is.Contains(nobody.Stderr, "there is no terminal"))

		asked := s.typing(t, "passed\nJane Doe\n\nfailed\nJane Doe\nno picture\n", "test", "--manual", name).exits(t, 5)
		for _, platform := range []string{"amd64", "arm64"} {
			assert.Assert(t, is.Contains(asked.Stderr, "docker run --rm -it "+name+"--"+platform))
			s.docker("run", "--rm", name+"--"+platform, "true").succeeds(t) // as it was told
		}
		assert.Assert(t, is.Contains(asked.Stderr, "linux/arm64: manual look by Jane Doe: no picture"))
		assert.Assert(t, is.Contains(s.run("publish", name).exits(t, 5).Stderr, "manual look by Jane Doe: no picture"))
		s.run("test", name).exits(t, 5) // tests do not undo it
		s.typing(t, "skip\npassed\nBob\n\n", "test", "--manual", name).succeeds(t)
		s.run("test", name).succeeds(t)
		s.run("publish", name).succeeds(t)

		index, id := s.registry.index(t, s.repository("app"), "1")
		for i, who := range []string{"Jane Doe", "Bob"} {
			records := s.records(t, s.repository("app"), attestationsOf(index)[imagesOf(index)[i].Digest.String()])
			assert.Assert(t, is.Contains(records, `"passedTests":["smoke test","manual look by `+who+`"]`))
		}
		shown := s.run("inspect", "--remote", name).succeeds(t)
		assert.Assert(t, is.Contains(shown.Stdout, "passed, looked at by Bob"))

		by := s.repository("app") + "@" + id.String()
		elsewhere := s.typing(t, "p\nEve\non a board\n", "test", "--manual", "--platform", "arm64", by).succeeds(t)
		_, found, _ := strings.Cut(strings.TrimSpace(elsewhere.Stdout), "@")
		index, _ = s.registry.index(t, s.repository("app"), found)
		records := s.records(t, s.repository("app"), attestationsOf(index)[imagesOf(index)[1].Digest.String()])
		assert.Assert(t, is.Contains(records, `"passedTests":["manual look by Eve"]`))
		assert.Assert(t, is.Contains(records, "on a board"))
	}, containerdStore)
}
