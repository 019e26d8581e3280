//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// counted runs docker multiplat, and counts the bytes that its processes have read and written: over all connections,
// and in files.
func (s *scenario) counted(t *testing.T, args ...string) (r result, bytes int) {
	t.Helper()
	const script = `"$@"; code=$?; grep -E '^[rw]char:' /proc/$$/io > io; exit $code`
	r = s.finish(s.command("sh", append([]string{"-c", script, "sh", "docker", "multiplat"}, args...)...))
	text, err := os.ReadFile(filepath.Join(s.dir, "io"))
	assert.NilError(t, err)
	for i, word := range strings.Fields(string(text)) {
		if i%2 == 1 {
			n, err := strconv.Atoi(word)
			assert.NilError(t, err)
			bytes += n
		}
	}
	t.Logf("%d bytes read and written", bytes)
	return r, bytes
}

// writeLarge writes a Dockerfile whose images have a layer of 60 MB each that is like no other; another word makes
// another.
func (s *scenario) writeLarge(word string) {
	s.write("Dockerfile", "FROM --platform=$BUILDPLATFORM busybox AS made\nARG TARGETARCH\n"+
		"RUN echo "+word+" && head -c 60000000 /dev/urandom > /large && echo $TARGETARCH > /arch\n"+
		"FROM busybox\nCOPY --from=made /large /arch /\n")
}

// Staged in the registry, no layer crosses this machine: neither when four platforms of 60 MB are built, audited and
// tested, nor when they are published. What is tagged is what was tested, by digest.
func TestStageInTheRegistry(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		const most = 1 << 20
		platforms := "linux/amd64,linux/arm64,linux/arm/v7,linux/s390x"
		s.run("init", "--platform", platforms).succeeds(t)
		s.writeLarge("staged")
		name := s.repository("app") + ":1"
		plan := s.run("build", "--dry-run", "--stage", "registry", "--test", "cat /arch", "-t", name, ".").succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "nothing of layers to this machine"))
		built, bytes := s.counted(t, "build", "--stage", "registry", "--test", "cat /arch", "-t", name, ".")
		built.succeeds(t)
		assert.Check(t, bytes < most, "%d bytes", bytes)
		_, tagged := s.registry.manifest(t, s.repository("app"), "1")
		assert.Check(t, !tagged)
		draft := s.stagedDraft(t, name)
		for _, p := range draft.Platforms {
			assert.Check(t, is.DeepEqual(p.Staged, []string{s.repository("app")}))
			assert.Check(t, is.Equal(p.Result, "passed"))
			_, there := s.registry.manifest(t, s.repository("app"), p.Manifest)
			assert.Check(t, there, p.Platform)
		}
		again, bytes := s.counted(t, "build", "--stage", "registry", "--test", "cat /arch", "-t", name, ".")
		again.succeeds(t)
		assert.Check(t, bytes < most, "%d bytes", bytes)
		assert.Check(t, is.Equal(s.stagedDraft(t, name).Digest, draft.Digest))
		s.run("test", "--no-test-cache", "--test", "cat /arch", name).succeeds(t)

		// a manifest that a cleaner has removed is put there again, by a test as by publishing
		url := "http://" + strings.Replace(s.repository("app"), "/", "/v2/", 1) + "/manifests/" + draft.Platforms[0].Manifest
		request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, url, http.NoBody)
		assert.NilError(t, err)
		answer, err := http.DefaultClient.Do(request)
		assert.NilError(t, err)
		assert.NilError(t, answer.Body.Close())
		assert.Equal(t, answer.StatusCode, http.StatusAccepted)
		put := s.run("test", "--no-test-cache", "--test", "cat /arch", name).succeeds(t)
		if s.store == containerdStore { // a classic one does not ask for what it has
			assert.Check(t, is.Contains(put.Stderr, "was gone from "+s.repository("app")+", and was put there again"))
		}

		published, bytes := s.counted(t, "publish", name)
		published.succeeds(t)
		assert.Check(t, bytes < most, "%d bytes", bytes)
		index, _ := s.registry.index(t, s.repository("app"), "1")
		children := map[string]bool{}
		for _, child := range index.Manifests {
			children[child.Digest.String()] = true
		}
		for _, p := range draft.Platforms {
			assert.Check(t, children[p.Manifest], p.Platform)
		}
		s.run("verify", "--deep", "--require-tested", name).succeeds(t)
		s.run("rm", name).succeeds(t)
		left := s.docker("image", "ls", "--quiet", s.repository("app")).succeeds(t)
		assert.Check(t, is.Equal(left.Stdout, ""))
	})
}

// stagedSide is what inspect says of a draft.
type stagedSide struct {
	Digest    string
	Platforms []struct {
		Platform, Manifest, Result string
		Staged                     []string
	}
}

// stagedDraft looks at a draft.
func (s *scenario) stagedDraft(t *testing.T, name string) stagedSide {
	t.Helper()
	r := s.run("inspect", "--local", "--format", "json", name).succeeds(t)
	var seen struct{ Draft stagedSide }
	assert.NilError(t, json.Unmarshal([]byte(r.Stdout), &seen))
	return seen.Draft
}

// A staged build that is killed while it is pushed, or whose tests say no, leaves no tag; programs of another platform
// are found where they were built; what a cleaner has removed is missed before any tag moves; and a draft that is staged
// in one registry is published in another.
func TestStagedBuildsThatFail(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		root := filepath.Join(t.TempDir(), "registry")
		host := s.startRegistry(t, root, "")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.writeLarge("staged")
		name := s.repositoryAt(host, "app") + ":1"
		stage := []string{"build", "--stage", "registry", "-t", name, "."}
		registry := newRegistryClient(host)
		none := func() {
			t.Helper()
			_, tagged := registry.manifest(t, s.repositoryAt(host, "app"), "1")
			assert.Check(t, !tagged)
		}
		s.killAt(t, "pushing layers", append(stage, "--progress", "rawjson")...)
		none()
		s.run("publish", name).exits(t, 5)
		red := s.run(append(stage, "--test", "grep amd64 /arch", "--push")...).exits(t, 5)
		assert.Check(t, is.Contains(red.Stderr, "linux/arm64"))
		none()

		s.goPrograms(t, "linux/arm64")
		s.write("foreign.Dockerfile", "FROM busybox\nCOPY bin/linux/arm64/app /usr/bin/app\n")
		found := s.run(append(stage, "-f", "foreign.Dockerfile")...).exits(t, 5)
		assert.Check(t, is.Contains(found.Stderr, "linux/amd64: audit: /usr/bin/app: AArch64 executable"))
		none()

		s.run("rm", name).succeeds(t) // and with it what its images have failed
		s.run(append(stage, "--test", "cat /arch")...).succeeds(t)
		elsewhere := s.repository("copied") + ":1"
		s.run("tag", name, elsewhere).succeeds(t)
		copied := s.run("publish", elsewhere).succeeds(t)
		assert.Check(t, is.Contains(copied.Stderr, "go through this machine"))
		s.run("diff", "docker-image://"+elsewhere, "draft://"+name).succeeds(t)
		assert.NilError(t, os.RemoveAll(filepath.Join(root, "docker", "registry", "v2", "blobs")))
		lost := s.run("test", "--no-test-cache", "--test", "true", name).exits(t, 7)
		assert.Check(t, is.Contains(lost.Stderr, "is gone from there"))
		assert.Check(t, is.Contains(lost.Stderr, "--stage registry -t "+name))
		gone := s.run("publish", name).exits(t, 7)
		assert.Check(t, is.Contains(gone.Stderr, "is gone from there"))
		assert.Check(t, is.Contains(gone.Stderr, "tag "+name+" unchanged"))
		assert.Check(t, is.Contains(gone.Stderr, "--stage registry -t "+name))
		none()
	}, containerdStore)
}

// What is looked at on the node is the image, not the files of an SBOM that is made beside it.
func TestStageWithSBOM(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.goPrograms(t, "linux/arm64")
		s.write("Dockerfile", "FROM busybox\nCOPY bin/linux/arm64/app /foreign\n")
		stage := []string{"build", "--sbom", "--stage", "registry", "-t", s.repository("app") + ":1", "."}
		found := s.run(stage...).exits(t, 5)
		assert.Check(t, is.Contains(found.Stderr, "linux/amd64: audit: /foreign: AArch64 executable"))
		s.write("Dockerfile", "FROM busybox\nRUN echo hello > /hello\n")
		s.run(append(stage, "--test", "cat /hello", "--push")...).succeeds(t)
		s.run("verify", "--deep", "--require-tested", s.repository("app")+":1").succeeds(t)
	}, containerdStore)
}
