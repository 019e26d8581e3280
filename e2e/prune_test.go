//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// prune takes the published drafts, with --all the others, of these the old ones; what a container uses stays.
func TestPrune(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nARG N\nRUN echo "+s.id+" $N > /id\n")
		published, other := s.repository("app")+":1", s.repository("app")+":2"
		s.run("build", "--test-local", "--build-arg", "N=1", "-t", published, ".").succeeds(t)
		s.run("build", "--load", "--build-arg", "N=2", "-t", other, ".").succeeds(t)
		s.run("publish", published).succeeds(t)
		container := strings.TrimSpace(s.docker("create", published+"--arm64").succeeds(t).Stdout)

		assert.Equal(t, s.run("prune", "--all", "--force", "--filter", "until=24h").succeeds(t).Stdout, "")
		before := blobsIn(t, s)
		pruned := s.run("prune", "--force").succeeds(t)
		assert.Equal(t, pruned.Stdout, published+"\n")
		assert.Assert(t, is.Contains(pruned.Stderr, published+"--arm64 stays in the engine: a container uses it"))
		assert.Assert(t, !strings.Contains(pruned.Stderr, "Total reclaimed space: 0B"))
		assert.Assert(t, blobsIn(t, s) < before)
		s.docker("image", "inspect", published+"--arm64").succeeds(t)
		s.docker("image", "inspect", published+"--amd64").exits(t, 1)
		s.docker("image", "inspect", other+"--amd64").succeeds(t)

		assert.Equal(t, s.run("prune", "-a", "-f", "--filter", "until=0s").succeeds(t).Stdout, other+"\n")
		s.docker("image", "inspect", other+"--amd64").exits(t, 1)
		assert.Equal(t, blobsIn(t, s), 0)
		s.docker("rm", container).succeeds(t)
	})
}

// prune in the middle of a build, or of a push, takes none of its blobs.
func TestPruneDuringBuildAndPush(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		p := newProxy(t, s.lab.registry)
		s.write("Dockerfile", "FROM "+p.host+"/library/busybox\nRUN echo "+s.id+" > /id\n")
		name := s.repositoryAt(p.host, "app") + ":1"
		var during result
		prune := before(func() { during = s.execute(s.command("docker", "multiplat", "prune", "--all", "--force")) })
		p.fail(http.MethodGet, "/library/busybox/blobs/", 1, prune)
		s.run("build", "--test-local", "-t", name, ".").succeeds(t)
		assert.Equal(t, during.succeeds(t).Stdout, "") // the config of the base is read before there is a draft
		assert.Assert(t, is.Contains(during.Stderr, "another docker multiplat uses the store"))

		p.fail(http.MethodPut, "/manifests/", 1, prune)
		during = result{}
		s.run("publish", name).succeeds(t)
		assert.Assert(t, is.Contains(during.succeeds(t).Stderr, "another docker multiplat uses the store"))
		index, _ := s.registry.index(t, s.repository("app"), "1")
		assert.Equal(t, len(imagesOf(index)), 1)
		assert.Equal(t, s.run("ls", "--quiet").succeeds(t).Stdout, "")
	}, containerdStore)
}
