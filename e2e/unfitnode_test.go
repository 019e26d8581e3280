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

// A node that is to be added to a farm and is not there leaves the farm as it was: what others build they build still,
// and the same words as before find it as they made it. One that is there takes its platform over, and that is told.
func TestAddedNodeThatDoesNotRun(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		first, second := newDaemon(t, s), newDaemon(t, s)
		builder := "added-" + s.id
		farm := s.with("BUILDX_BUILDER=" + builder)
		init := func(nodes ...string) []string {
			args := []string{"init", "--platform", "linux/amd64"}
			for _, node := range nodes {
				args = append(args, "--node", node)
			}
			return args
		}
		before := init("linux/amd64+linux/386=" + first.address)
		farm.run(before...).succeeds(t)
		store := filepath.Join(s.config, "buildx", "instances", builder)
		stored, err := os.ReadFile(store)
		assert.NilError(t, err)
		for _, node := range []string{"linux/amd64", "linux/s390x"} {
			refused := farm.run(init(node+"=tcp://127.0.0.1:1")...).exits(t, 3)
			assert.Check(t, is.Contains(refused.Stderr, `node "`+builder+`1", which was to be added`))
			assert.Check(t, is.Contains(refused.Stderr, "connection refused"))
			assert.Check(t, is.Contains(refused.Stderr, "builder "+builder+" is as it was"))
			now, err := os.ReadFile(store)
			assert.NilError(t, err)
			assert.Equal(t, string(now), string(stored))
		}
		farm.run(before...).succeeds(t)
		farm.run(init("linux/386+linux/amd64=" + first.address)...).succeeds(t)

		over := farm.run(init("linux/amd64=" + second.address)...).succeeds(t)
		assert.Check(t, is.Contains(over.Stderr, `linux/amd64 is no longer built on node "`+builder+`0"`))
		first.kill() // a farm of which one node does not run is told of, and is none the worse for the others
		down := farm.run(init("linux/386="+first.address, "linux/amd64="+second.address)...).succeeds(t)
		assert.Check(t, is.Contains(down.Stderr, `node "`+builder+`0", which is to work for linux/386, does not run`))
	}, containerdStore)
}
