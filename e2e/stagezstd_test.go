//go:build e2e

package e2e

import (
	"sync"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Layers compressed with zstd, of a base or of one's own, are staged as others are: looked at where they were built,
// tested by the engine, and published as they stand. Two machines that publish to one tag, one of them staged, both end
// in it.
func TestStageOfZstdLayers(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		const list = "linux/amd64,linux/arm64"
		base, name := s.repository("base"), s.repository("app")+":1"
		s.run("init", "--platform", list).succeeds(t)
		s.goPrograms(t, "linux/amd64", "linux/arm64", "linux/s390x")
		good := s.fromZstd(t, base+":good", list, "FROM busybox\nARG TARGETPLATFORM\nCOPY bin/$TARGETPLATFORM/app /app\n")
		wrong := s.fromZstd(t, base+":wrong", list, "FROM busybox\nCOPY bin/linux/s390x/app /app\n")

		s.write("Dockerfile", wrong+"RUN echo own > /own\n")
		found := s.run("build", "--stage", "registry", "-t", name, ".").exits(t, 5)
		for _, platform := range []string{"linux/amd64", "linux/arm64"} {
			assert.Check(t, saysOf(found.Stderr, platform, "/app: 64-bit S/390 executable"), found.Stderr)
		}
		_, tagged := s.registry.manifest(t, s.repository("app"), "1")
		assert.Check(t, !tagged)
		s.run("rm", name).succeeds(t)

		s.write("Dockerfile", good+"RUN echo own > /own\n")
		test := []string{"build", "--stage", "registry", "--test", "cat /own", "-t", name, "--platform"}
		other := s.with("MULTIPLAT_STORE=" + t.TempDir())
		s.run(append(test, "linux/amd64", ".")...).succeeds(t)
		other.run("build", "--test", "cat /own", "-t", name, "--platform", "linux/arm64", ".").succeeds(t)
		var both sync.WaitGroup
		for _, machine := range []*scenario{s, other} {
			both.Go(func() { machine.run("publish", "--amend", name).succeeds(t) })
		}
		both.Wait()
		index, _ := s.registry.index(t, s.repository("app"), "1")
		assert.Check(t, is.Len(imagesOf(index), 2))
		doc, ok := s.registry.manifest(t, s.repository("app"), imagesOf(index)[0].Digest.String())
		assert.Assert(t, ok)
		assert.Check(t, is.Contains(string(doc.Body), ocispec.MediaTypeImageLayerZstd))
		s.run("verify", "--deep", "--require-tested", name).succeeds(t)
	})
}
