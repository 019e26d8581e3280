//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What is no BuildKit daemon, or is not there, is no node of a farm: init says what it is, and leaves no builder behind.
func TestUnfitNodes(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		engine := forward(t, labEnvironment(t, overlay2Store)["DOCKER_HOST"])
		builder := "unfit-" + s.id
		farm := s.with("BUILDX_BUILDER=" + builder)
		for _, tc := range []struct{ node, want string }{
			{engine, "is a Docker Engine without the containerd image store"},
			{"tcp://127.0.0.1:1", "it cannot be reached at tcp://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"},
		} {
			refused := farm.run("init", "--platform", "linux/amd64", "--node", "linux/amd64="+tc.node).exits(t, 3)
			assert.Check(t, is.Contains(refused.Stderr, tc.want))
			_, err := os.Stat(filepath.Join(s.config, "buildx", "instances", builder))
			assert.Check(t, os.IsNotExist(err), "%s: the builder is left behind", tc.node)
		}
		s.storeRemote(t, builder, map[string]string{"amd64": engine}) // as buildx makes it
		s.write("Dockerfile", "FROM busybox\n")
		late := farm.run("build", "--platform", "linux/amd64", "-t", s.repository("app")+":1", ".").exits(t, 3)
		assert.Check(t, is.Contains(late.Stderr, "is a Docker Engine without the containerd image store"))
	}, containerdStore)
}
