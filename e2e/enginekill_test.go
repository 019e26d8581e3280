//go:build e2e

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// An engine that is killed in the middle of a test is the machine's failure and not the image's: nothing is recorded,
// and once the engine is back no container is left.
func TestEngineKilledWhileTesting(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\n")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)

		e := newEngine(t, s)
		on := s.with("DOCKER_HOST=" + e.host())
		command := on.command("docker", "multiplat", "test", "--progress", "plain", "--test", "sleep 300",
			"--test-timeout", "2m", name)
		log, err := os.Create(filepath.Join(s.dir, "killed.log"))
		assert.NilError(t, err)
		command.Stdout, command.Stderr = log, log
		assert.NilError(t, command.Start())
		running := func() string {
			return on.execute(on.command("docker", "ps", "--quiet", "--filter", "label=com.docker-multiplat.run")).Stdout
		}
		eventually(t, "the test runs", func() error {
			if running() == "" {
				return errors.New("no container")
			}
			return nil
		})
		assert.NilError(t, e.docker.Process.Kill())
		_ = e.docker.Wait() // killed
		e.boot(t)
		_ = command.Wait() // its exit code tells
		text, err := os.ReadFile(log.Name())
		assert.NilError(t, err)
		assert.Equal(t, command.ProcessState.ExitCode(), 3, "%s", text)
		assert.Assert(t, is.Contains(string(text), "testing linux/amd64: "))
		assert.Assert(t, is.Contains(string(text), "next: docker version"))
		on.nothingLeft(t)

		refused := s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "linux/amd64 is untested"))
		assert.Assert(t, !strings.Contains(refused.Stderr, "failed"))
		on.run("test", name).succeeds(t)
		s.run("publish", name).succeeds(t)
	}, containerdStore)
}
