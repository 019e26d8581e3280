//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// One platform that fails, in its build or in its test, neither cancels the others nor lets anything ship.
func TestOnePlatformFails(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		name := s.repository("app") + ":1"
		s.write(
			"Dockerfile",
			"FROM busybox\nARG TARGETARCH\nARG BAD=none\nRUN test $TARGETARCH != $BAD || exit 9\nRUN sleep 1; echo $TARGETARCH > /arch\n",
		)

		built := s.run("build", "--test-local", "--build-arg", "BAD=arm64", "-t", name, ".").exits(t, 4)
		assert.Assert(t, is.Contains(built.Stderr, "building linux/arm64: "))
		assert.Assert(t, is.Contains(built.Stderr, "RUN test $TARGETARCH != $BAD"))
		refused := s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "linux/arm64 is missing from "+name))
		assert.Assert(t, is.Contains(refused.Stderr, "tag "+name+" unchanged"))
		assert.Assert(t, is.Contains(refused.Stderr, "next: docker multiplat build --test-local --platform linux/arm64 "+
			"--build-arg BAD -t "))
		assert.Equal(t, len(s.registry.tags(t, s.repository("app"))), 0)
		s.docker("run", "--rm", name+"--amd64", "cat", "/arch").succeeds(t) // it was loaded all the same

		// the command that is named mends it: the other platform is kept
		s.run("build", "--test-local", "--platform", "linux/arm64", "--build-arg", "BAD=none", "-t", name, ".").succeeds(t)
		s.run("publish", "--allow-mixed", "--by-digest", name).succeeds(t)

		s.run("build", "--test", "grep amd64 /arch", "-t", name, ".").exits(t, 5)
		refused = s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "linux/arm64 failed: grep amd64 /arch: exit code 1, not 0"))
		assert.Assert(t, !strings.Contains(refused.Stderr, "linux/amd64 failed"))

		s.run("publish", "--platform", "linux/amd64", name).succeeds(t)
		index, _ := s.registry.index(t, s.repository("app"), "1")
		assert.DeepEqual(t, platformsOf(index), []string{"linux/amd64"})
	}, containerdStore)
}

// An untested platform ships only when that is said, and then the index says so too.
func TestUntestedIsRecorded(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\n")
		name := s.repository("app") + ":1"
		s.run("build", "-t", name, ".").succeeds(t)
		refused := s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "linux/amd64 is untested"))
		s.run("publish", "--allow-untested", "--reason", "no hardware", name).succeeds(t)
		seen := s.run("inspect", "--remote", "--format", "json", name).succeeds(t)
		assert.Equal(t, strings.Count(seen.Stdout, `"result":"warned"`), 2)
		assert.Equal(t, strings.Count(seen.Stdout, `"reason":"no hardware"`), 2)
	}, containerdStore)
}

// An interrupted command ends soon, says so, and leaves no container, no ingest and no lie in the draft.
func TestInterrupt(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\nRUN sleep 300\n")
		s.interrupt(t, "RUN sleep 300", "build", "--progress", "plain", "-t", name, ".")
		refused := s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "its build did not end"))

		s.write("Dockerfile", "FROM busybox\n")
		s.interrupt(t, "testing sleep 300", "build", "--progress", "plain", "--test", "sleep 300", "-t", name, ".")
		left := s.docker("ps", "--all", "--quiet", "--filter", "label=com.docker-multiplat.run").succeeds(t)
		assert.Equal(t, left.Stdout, "")
		work, err := os.ReadDir(filepath.Join(s.config, "multiplat", "store", "work"))
		assert.NilError(t, err)
		assert.Equal(t, len(work), 0)
		s.run("publish", name).exits(t, 5)
	})
}

// interrupt starts the plugin, waits until its progress holds a text, and sends the signal a terminal would.
func (s *scenario) interrupt(t *testing.T, when string, args ...string) {
	t.Helper()
	command := s.command("docker", append([]string{"multiplat"}, args...)...)
	log, err := os.Create(filepath.Join(s.dir, "progress.log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = log, log
	assert.NilError(t, command.Start())
	eventually(t, "the plugin to say "+when, func() error {
		text, err := os.ReadFile(log.Name())
		if err == nil && !strings.Contains(string(text), when) {
			err = os.ErrNotExist
		}
		return err
	})
	assert.NilError(t, command.Process.Signal(os.Interrupt))
	ends(t, command)
	assert.Equal(t, command.ProcessState.ExitCode(), 130)
	text, err := os.ReadFile(log.Name())
	assert.NilError(t, err)
	assert.Assert(t, is.Contains(string(text), "ERROR: interrupted"))
}
