//go:build e2e

package e2e

import (
	"crypto/rand"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// Large layers come out of the builder's container as files, not through BuildKit: one copy for each, and none for what
// is there.
func TestLayersComeOutOfTheContainer(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		for _, arch := range []string{"amd64", "arm64", "s390x"} {
			large := make([]byte, 2<<20)
			_, _ = rand.Read(large)
			s.write("app/"+arch, string(large))
		}
		s.write("app/Dockerfile", "FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /app\nCOPY Dockerfile /\n")
		copies := func() int {
			done := s.happened(t, func() {
				s.run("build", "--platform", "linux/amd64,linux/arm64,linux/s390x", "-t", s.repository("app")+":1", "app").
					succeeds(t)
			})
			return strings.Count(done, "container archive-path\n")
		}
		assert.Equal(t, copies(), 3)
		assert.Equal(t, copies(), 0)
		s.run("publish", "--allow-untested", "--reason", "a test of the builder", s.repository("app")+":1").succeeds(t)
		s.run("verify", "--deep", s.repository("app")+":1").succeeds(t)
	}, containerdStore)
}

// An engine is given the layers that it has not: of an image on the same base those above it.
func TestOnlyNewLayersAreLoaded(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		const size = 4 << 20
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		large := make([]byte, size)
		_, _ = rand.Read(large)
		s.write("app/large", string(large))
		s.write("app/Dockerfile", "FROM busybox\nCOPY large /large\nCOPY small /small\n")
		loaded := func(content string) int64 {
			s.write("app/small", content)
			r := s.run("build", "--progress", "rawjson", "--platform", "linux/amd64", "-t", s.repository("app")+":1",
				"--test", "tail -c 1 /large", "--test", "grep "+content+" /small", "app").succeeds(t)
			_, all := sent(t, r, "sending archive")
			return all
		}
		first, second := loaded("one"), loaded("two")
		assert.Check(t, first > size, "%d bytes", first)
		assert.Check(t, second < size/8, "%d bytes", second)
	})
}
