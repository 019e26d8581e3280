//go:build e2e

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

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
		code, text := on.testKilled(t, name, func() {
			assert.NilError(t, e.docker.Process.Kill())
			_ = e.docker.Wait() // killed
			e.boot(t)
		})
		assert.Equal(t, code, 3, "%s", text)
		assert.Assert(t, is.Contains(text, "testing linux/amd64: "))
		assert.Assert(t, is.Contains(text, "next: docker version"))
		on.nothingLeft(t)

		refused := s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "linux/amd64 is untested"))
		assert.Assert(t, !strings.Contains(refused.Stderr, "failed"))
		on.run("test", name).succeeds(t)
		s.run("publish", name).succeeds(t)
	}, containerdStore)
}

// An engine that has lost its containerd waits for a container without end, and answers all the while. The test does not
// wait with it, and says nothing of the image.
func TestContainerdKilledWhileTesting(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\n")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)

		e := newEngine(t, s)
		on := s.with("DOCKER_HOST=" + e.host())
		code, text := on.testKilled(t, name, func() {
			assert.NilError(t, e.containerd.Process.Kill())
			_ = e.containerd.Wait() // killed
		})
		assert.Equal(t, code, 3, "%s", text)
		assert.Assert(
			t,
			is.Contains(text, "testing linux/amd64: the engine at "+e.host()+" was lost: it has lost its containerd"),
		)
		assert.Assert(t, is.Contains(text, "next: docker version"))
		refused := s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "linux/amd64 is untested"))
		assert.Assert(t, !strings.Contains(refused.Stderr, "failed"))
	}, containerdStore)
}

// An engine whose containerd hangs loads and runs nothing, and answers all the while: the loading does not wait for it
// without end. Once it goes on, the image is loaded and tested.
func TestContainerdHangs(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("app") + ":1"
		payload := make([]byte, 24<<20)
		fill(payload, 17)
		s.write("payload", string(payload))
		s.write("Dockerfile", "FROM busybox\nCOPY payload /\n")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)

		e := newEngine(t, s)
		on := s.with("DOCKER_HOST=" + e.host())
		proceed := func() { assert.Check(t, e.containerd.Process.Signal(syscall.SIGCONT)) }
		defer proceed()
		code, text := on.testLosing(t, name, func(said string) error {
			if !strings.Contains(said, "loading "+name) {
				return errors.New("it does not load yet")
			}
			return nil
		}, func() { assert.NilError(t, e.containerd.Process.Signal(syscall.SIGSTOP)) })
		assert.Equal(t, code, 3, "%s", text)
		assert.Assert(t, is.Contains(text, "the engine at "+e.host()+" was lost: its containerd does not answer"))
		assert.Assert(t, is.Contains(text, "next: docker version"))
		proceed()

		on.run("test", name).succeeds(t)
		on.nothingLeft(t)
	}, containerdStore)
}

// testKilled tests an image, kills what the test needs while its container runs, and returns how the test ends. It ends
// long before its own limit.
func (s *scenario) testKilled(t *testing.T, name string, kill func()) (code int, text string) {
	t.Helper()
	return s.testLosing(t, name, func(string) error {
		label := "label=com.docker-multiplat.run"
		if s.execute(s.command("docker", "ps", "--quiet", "--filter", label)).Stdout == "" {
			return errors.New("no container")
		}
		return nil
	}, kill)
}

// testLosing tests an image, takes away what the test needs once it is reached by what is said until then, and returns
// how the test ends.
func (s *scenario) testLosing(
	t *testing.T, name string, reached func(said string) error, take func(),
) (code int, text string) {
	t.Helper()
	command := s.command("docker", "multiplat", "test", "--progress", "plain", "--test", "sleep 300",
		"--test-timeout", "10m", name)
	log, err := os.Create(filepath.Join(s.dir, "killed.log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = log, log
	assert.NilError(t, command.Start())
	eventually(t, "the test gets there", func() error {
		said, err := os.ReadFile(log.Name())
		assert.NilError(t, err)
		return reached(string(said))
	})
	take()
	late := time.AfterFunc(2*time.Minute, func() { _ = command.Process.Kill() })
	_ = command.Wait() // its exit code tells
	late.Stop()
	said, err := os.ReadFile(log.Name())
	assert.NilError(t, err)
	return command.ProcessState.ExitCode(), string(said)
}
