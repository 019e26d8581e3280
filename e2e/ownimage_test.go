//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Our own image is built, tested and published by the plugin that is in it. The lab has no image of the Docker CLI, so
// it stands on another base here, in which the plugin answers by itself.
func TestOwnImage(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		binary, err := os.ReadFile(plugin)
		assert.NilError(t, err)
		s.write("docker-multiplat-linux-"+runtime.GOARCH, string(binary))
		s.write("docker-multiplat-plan9-mips", "of no platform that is asked for")
		file, err := filepath.Abs("../.release/Dockerfile")
		assert.NilError(t, err)
		here, name := "linux/"+runtime.GOARCH, s.repository("docker-multiplat")+":1"
		s.run("init", "--platform", here).succeeds(t)
		s.run("build", "--platform", here, "-t", name, "-f", file, "--build-arg", "BASE=busybox", "--push",
			"--test", "/usr/local/libexec/docker/cli-plugins/docker-multiplat multiplat version", ".").succeeds(t)
		index, _ := s.registry.index(t, s.repository("docker-multiplat"), "1")
		assert.DeepEqual(t, platformsOf(index), []string{here})
		said := s.docker("run", "--rm", name+"--"+runtime.GOARCH, "/usr/local/libexec/docker/cli-plugins/docker-multiplat",
			"docker-cli-plugin-metadata").succeeds(t)
		assert.Check(t, is.Contains(said.Stdout, `"SchemaVersion": "0.1.0"`))
	}, containerdStore)
}
