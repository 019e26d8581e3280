//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// The plugin is at home in the Docker CLI: help, context and host from its flags.
func TestPluginInTheDockerCLI(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		help := s.run("build", "--help").succeeds(t)
		for _, heading := range []string{"Draft:", "Test options:", "Build options, as docker buildx build takes them:"} {
			assert.Assert(t, is.Contains(help.Stdout, heading))
		}
		// another docker context, named on the command line
		s.docker("context", "create", "second", "--docker", "host="+s.lab.engine).succeeds(t)
		unset := s.with("DOCKER_HOST=", "BUILDX_BUILDER=")
		r := unset.docker("--context", "second", "multiplat", "init", "--builder", s.builder, "--platform", "linux/amd64").
			succeeds(t)
		assert.Assert(t, is.Contains(r.Stderr, "builder "+s.builder+" created"))
		listed := unset.docker("buildx", "ls").succeeds(t)
		assert.Assert(t, is.Contains(listed.Stdout, s.builder))
	}, containerdStore)
}

// init twice: the second changes nothing and says so.
func TestInitIsIdempotent(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		first := s.run("init", "--platform", fourPlatforms).succeeds(t)
		second := s.run("init", "--platform", fourPlatforms).succeeds(t)
		assert.Equal(t, first.Stdout, second.Stdout)
		assert.Assert(t, is.Contains(first.Stderr, "builder "+s.builder+" created"))
		assert.Assert(t, is.Contains(second.Stderr, "builder "+s.builder+" reused"))
		images := s.docker("image", "ls", "--format", "{{.Repository}}").succeeds(t)
		assert.Assert(t, !strings.Contains(images.Stdout, "docker-multiplat/probe"))
	})
}
