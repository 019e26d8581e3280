//go:build e2e

package e2e

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// The Docker CLI hands what is typed to the plugin and its answer to the shell, without the engine, and in a time that
// nobody waits for: of the processor, since others may have the machine.
func TestCompletionThroughDocker(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\n")
		name := s.repository("app") + ":1"
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.run("build", "--platform", "linux/amd64", "-t", name, ".").succeeds(t)
		s = s.with("DOCKER_HOST=unix:///nowhere/docker.sock")
		file := s.write("my file", "ARG VERSION=1\nFROM scratch AS base\nFROM base AS app\n")
		for _, tc := range []struct {
			words []string
			first string
		}{
			{[]string{"pu"}, "publish"},
			{[]string{"build", "--platform", "linux/a"}, "linux/amd64"},
			{[]string{"build", "--builder", ""}, s.builder},
			{[]string{"build", "-f", file, "--target", ""}, "base"},
			{[]string{"build", "-f", file, "--build-arg", ""}, "VERSION="},
			{[]string{"build", "--emulation", ""}, "allow"},
			{[]string{"rm", ""}, name},
			{[]string{"init", "--node", "linux/arm64="}, "linux/arm64=default"},
		} {
			r := s.docker(append([]string{"__complete", "multiplat"}, tc.words...)...).succeeds(t)
			assert.Check(t, !strings.Contains(r.Stderr, "level="), r.Stderr) // nor a line of a library
			value, _, _ := strings.Cut(strings.Split(r.Stdout, "\n")[0], "\t")
			assert.Equal(t, value, tc.first, "%q", tc.words)
			command := s.command(
				filepath.Join(s.config, "cli-plugins", "docker-multiplat"),
				append([]string{"__complete", "multiplat"}, tc.words...)...)
			assert.NilError(t, command.Run())
			used := command.ProcessState.UserTime() + command.ProcessState.SystemTime()
			assert.Check(t, used < 150*time.Millisecond, "%q took %s of the processor", tc.words, used)
		}
	}, containerdStore)
}
