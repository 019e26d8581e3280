//go:build e2e

package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A release as teams make it: two machines build by digest, one merges, the image is promoted, a hotfix of one
// platform takes the other from it, and the way back is printed.
func TestRelease(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", app)
		s.write("greeting", "hello\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		p := newProxy(t, s.lab.registry)
		name := s.repositoryAt(p.host, "app")
		merge := []string{"merge", "-t", name + ":1.0-rc1", "--platform", "linux/amd64,linux/arm64"}
		for _, arch := range []string{"amd64", "arm64"} {
			machine := s.with("MULTIPLAT_STORE=" + filepath.Join(s.dir, "store-"+arch))
			machine.run("build", "--test-local", "--platform", arch, "-t", name+":1.0-rc1", ".").succeeds(t)
			machine.run("publish", "--by-digest", "--metadata-file", arch+".json", name+":1.0-rc1").succeeds(t)
			merge = append(merge, "--from", arch+".json")
		}
		assert.Equal(t, len(s.registry.tags(t, s.repository("app"))), 0)
		p.reset()
		s.run(merge...).succeeds(t)
		const below = 2 * 2 // a tag for each image, and for its attestations
		assert.Check(t, len(p.requests("")) <= 3*2+6+3*below, "%d requests", len(p.requests("")))
		index, id := s.registry.index(t, s.repository("app"), "1.0-rc1")
		assert.DeepEqual(t, platformsOf(index), []string{"linux/amd64", "linux/arm64"})
		s.run("verify", "--require-tested", "--deep", name+":1.0-rc1").succeeds(t)

		s.run("promote", name+":1.0-rc1", "1.0", "latest").succeeds(t)
		_, promoted := s.registry.index(t, s.repository("app"), "latest")
		assert.Equal(t, promoted, id)

		s.write("greeting", "hello again\n")
		s.run("build", "--test-local", "--platform", "arm64", "-t", name+":1.0.1", ".").succeeds(t)
		s.run("publish", "--amend=1.0", name+":1.0.1").succeeds(t)
		fixed, _ := s.registry.index(t, s.repository("app"), "1.0.1")
		assert.DeepEqual(t, platformsOf(fixed), []string{"linux/amd64", "linux/arm64"}) // the order of before
		assert.Equal(t, imagesOf(fixed)[0].Digest, imagesOf(index)[0].Digest)
		moved := s.run("promote", name+":1.0.1", "latest").succeeds(t)
		s.undo(t, moved)
		_, back := s.registry.index(t, s.repository("app"), "latest")
		assert.Equal(t, back, id)

		tags := s.registry.tags(t, s.repository("app"))
		slices.Sort(tags)
		var want []string
		for _, tag := range []string{"1.0", "1.0-rc1", "1.0.1", "latest"} {
			want = append(want, tag)
			for _, arch := range []string{"amd64", "arm64"} {
				want = append(want, tag+"--"+arch, tag+"--"+arch+".att")
			}
		}
		slices.Sort(want)
		assert.DeepEqual(t, tags, want)
		loaded := s.docker("tag", "busybox", name+":loaded")
		if loaded.Code != 0 {
			s.docker("pull", "--quiet", "busybox").succeeds(t)
			s.docker("tag", "busybox", name+":loaded").succeeds(t)
		}
		refused := s.run("merge", "-t", name+":2", name+":loaded").exits(t, 7)
		assert.Assert(t, is.Contains(refused.Stderr, name+":loaded is in the engine only"))
	}, containerdStore)
}

// undo runs the command that a failure or a move has named.
func (s *scenario) undo(t *testing.T, r result) {
	t.Helper()
	_, line, ok := strings.Cut(r.Stderr, "undo: docker multiplat ")
	assert.Assert(t, ok, r.Stderr)
	line, _, _ = strings.Cut(line, "\n")
	line, _, _ = strings.Cut(line, "   (")
	s.run(strings.Fields(line)...).succeeds(t)
}
