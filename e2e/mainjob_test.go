//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// machineNames are what uname says on each platform.
var machineNames = map[string]string{ //nolint:gochecknoglobals // a table of constants
	"linux/amd64": "x86_64", "linux/arm64": "aarch64", "linux/arm/v7": "armv7l", "linux/s390x": "s390x",
}

const fourPlatforms = "linux/amd64,linux/arm64,linux/arm/v7,linux/s390x"

// app is an image whose build runs a program of its platform.
const app = `# syntax=docker/dockerfile:1
FROM busybox
RUN uname -m > /built-on
COPY greeting /greeting
CMD ["cat", "/greeting"]
`

// The index published under a tag is what was built, loaded and tested: every image ID in the engine is the
// digest of that platform's manifest (containerd store) or config (overlay2) in the registry.
func TestMainJob(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", app)
		s.write("greeting", "hello\n")
		name := s.repository("app") + ":1.0"

		s.run("init", "--platform", fourPlatforms).succeeds(t)
		built := s.run("build", "--test-local", "--test", "uname -m", "-t", name, ".").succeeds(t)
		published := s.run("publish", name).succeeds(t)

		index, id := s.registry.index(t, s.repository("app"), "1.0")
		assert.Equal(t, built.Stdout, name+"@"+id.String()+"\n")
		assert.Equal(t, published.Stdout, name+"@"+id.String()+"\n")
		assert.DeepEqual(t, platformsOf(index), strings.Split(fourPlatforms, ","))
		for _, child := range imagesOf(index) {
			s.checkPlatform(t, name, child)
		}
		tags := s.registry.tags(t, s.repository("app"))
		slices.Sort(tags)
		assert.DeepEqual(t, tags, []string{
			"1.0", "1.0--amd64", "1.0--amd64.att", "1.0--arm64", "1.0--arm64.att",
			"1.0--armv7", "1.0--armv7.att", "1.0--s390x", "1.0--s390x.att",
		})

		seen := s.run("inspect", "--format", "json", name).succeeds(t)
		assert.Assert(t, is.Contains(seen.Stdout, `"state":"same"`))

		// nothing changed: same draft, nothing pushed, no tag written
		again := s.run("build", "--test-local", "--test", "uname -m", "-t", name, ".").succeeds(t)
		assert.Equal(t, again.Stdout, built.Stdout)
		assert.Equal(t, strings.Count(again.Stderr, "passed (cached)"), 4)
		unmoved := s.run("publish", name).succeeds(t)
		assert.Assert(t, is.Contains(unmoved.Stderr, "held it already"))
	})
}

// checkPlatform runs the loaded image of one platform and compares its ID with the registry.
func (s *scenario) checkPlatform(t *testing.T, name string, child ocispec.Descriptor) {
	t.Helper()
	platform := formatPlatform(*child.Platform)
	arch := strings.ReplaceAll(strings.TrimPrefix(platform, "linux/"), "/", "")
	loaded := name + "--" + arch
	uname := s.docker("run", "--rm", loaded, "uname", "-m").succeeds(t)
	assert.Equal(t, strings.TrimSpace(uname.Stdout), machineNames[platform])
	builtOn := s.docker("run", "--rm", loaded, "cat", "/built-on").succeeds(t)
	assert.Equal(t, strings.TrimSpace(builtOn.Stdout), machineNames[platform])

	doc, ok := s.registry.manifest(t, s.repository("app"), child.Digest.String())
	assert.Assert(t, ok, "child %s of the index is missing", child.Digest)
	var m ocispec.Manifest
	assert.NilError(t, json.Unmarshal(doc.Body, &m))
	want := m.Config.Digest
	if s.store == containerdStore {
		want = child.Digest
	}
	inspected := s.docker("image", "inspect", "--format", "{{.Id}}", loaded).succeeds(t)
	assert.Equal(t, strings.TrimSpace(inspected.Stdout), want.String())
	for _, layer := range append(m.Layers, m.Config) {
		s.registry.blob(t, s.repository("app"), layer.Digest)
	}
	byArchTag, ok := s.registry.manifest(t, s.repository("app"), "1.0--"+arch)
	assert.Assert(t, ok)
	assert.Equal(t, byArchTag.Digest, child.Digest)
}

// Publishing needs the store and nothing else.
func TestPublishNeedsOnlyTheStore(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("app/Dockerfile", app)
		s.write("app/greeting", "hello\n")
		name := s.repository("app") + ":1.0"
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run("build", "--test-local", "-t", name, "app").succeeds(t)

		assert.NilError(t, os.RemoveAll(filepath.Join(s.dir, "app")))
		s.docker("buildx", "rm", s.builder).succeeds(t)
		dead := s.with("DOCKER_HOST=unix://" + filepath.Join(s.dir, "no-engine.sock"))
		dead.run("publish", name).succeeds(t)

		index, _ := s.registry.index(t, s.repository("app"), "1.0")
		assert.DeepEqual(t, platformsOf(index), []string{"linux/amd64", "linux/arm64"})
	}, containerdStore)
}

// Platforms that share a large new layer are where two solves want to write one blob.
func TestBuildsWithASharedLayer(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\nCOPY payload /payload\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64,linux/s390x,linux/ppc64le").succeeds(t)
		for round := range 8 {
			payload := make([]byte, 12<<20)
			fill(payload, uint64(round)+1)
			assert.NilError(t, os.WriteFile(filepath.Join(s.dir, "payload"), payload, 0o600))
			r := s.run("build", "--quiet", "-t", s.repository("app")+":shared", ".").succeeds(t)
			_, id, _ := strings.Cut(strings.TrimSpace(r.Stdout), "@")
			assert.NilError(t, digest.Digest(id).Validate())
		}
	}, containerdStore)
}

// fill writes incompressible bytes, the same for the same seed (xorshift64).
func fill(p []byte, seed uint64) {
	for i := range p {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		p[i] = byte(seed)
	}
}
