//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// At a registry that wants signed tokens, as hosted ones do: publish, a promotion that mounts from another repository,
// merge and verify; a wrong password is exit 7.
func TestTokenRegistry(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		server := newTokenServer(t, s.dir)
		root := filepath.Join(labEnvironment(t, s.store)["LAB_DIR"], "registry") // that of the witness
		p := newProxy(t, server.host)
		server.registry = s.startRegistry(t, root, server.config(p.host))
		s.login(t, p.host, "someone:"+password)
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\n")
		name := s.repositoryAt(p.host, "app")
		s.run("build", "--test-local", "-t", name+":1", ".").succeeds(t)
		s.run("publish", name+":1").succeeds(t)

		layers := s.layersOf(t, s.repository("app"), "1")
		p.reset()
		s.run("promote", name+":1", s.repositoryAt(p.host, "mounted")+":1").succeeds(t)
		mounted := 0
		for _, e := range p.requests(http.MethodPost) {
			if strings.Contains(e.Query, "mount=") {
				mounted++
				assert.Check(t, e.Status == http.StatusCreated || e.Status == http.StatusUnauthorized, "%+v", e)
			}
		}
		assert.Check(t, mounted >= 2, "%d layers were mounted", mounted)
		for _, e := range p.requests(http.MethodPut) { // configs and statements are small and sent
			query, err := url.ParseQuery(e.Query)
			assert.NilError(t, err)
			assert.Check(t, !slices.Contains(layers, query.Get("digest")), "%+v", e)
		}
		assert.Check(t, is.Contains(server.asked(), "repository:"+strings.TrimPrefix(name, p.host+"/")+":pull"))

		s.run("merge", "-t", name+":2", "--allow-untested", name+":1--amd64", name+":1--arm64").succeeds(t)
		s.run("verify", "--deep", s.repositoryAt(p.host, "mounted")+":1").succeeds(t)
		index, _ := s.registry.index(t, s.repository("app"), "2")
		assert.DeepEqual(t, platformsOf(index), []string{"linux/amd64", "linux/arm64"})

		s.login(t, p.host, "someone:another")
		refused := s.run("promote", name+":1", "3").exits(t, 7)
		assert.Check(t, is.Contains(refused.Stderr, "docker login "+p.host))
		assert.Check(t, is.Contains(refused.Stderr, "wrong name or password"))
	}, containerdStore)
}

// layersOf lists the layers of the images under a tag.
func (s *scenario) layersOf(t *testing.T, repository, tag string) []string {
	t.Helper()
	var layers []string
	index, _ := s.registry.index(t, repository, tag)
	for _, image := range imagesOf(index) {
		doc, ok := s.registry.manifest(t, repository, image.Digest.String())
		assert.Assert(t, ok)
		var m ocispec.Manifest
		assert.NilError(t, json.Unmarshal(doc.Body, &m))
		for _, layer := range m.Layers {
			layers = append(layers, layer.Digest.String())
		}
	}
	assert.Assert(t, len(layers) > 0)
	return layers
}

// A registry whose disk is full keeps its tag and may be asked again, which then works.
func TestFullRegistry(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		root := filepath.Join(s.dir, "full")
		assert.NilError(t, os.Mkdir(root, 0o700))
		assert.NilError(t, syscall.Mount("tmpfs", root, "tmpfs", 0, "size=6m"))
		t.Cleanup(func() { assert.NilError(t, syscall.Unmount(root, syscall.MNT_DETACH)) })
		host := s.startRegistry(t, root, "")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\n")
		name := s.repositoryAt(host, "app") + ":1"
		s.run("build", "--test-local", "-t", name, ".").succeeds(t)
		s.run("publish", name).succeeds(t)
		witness := newRegistryClient(host)
		_, before := witness.index(t, s.repository("app"), "1")

		payload := make([]byte, 8<<20)
		fill(payload, 11)
		s.write("payload", string(payload))
		s.write("Dockerfile", "FROM busybox\nCOPY payload /payload\n")
		s.run("build", "--test-local", "-t", name, ".").succeeds(t)
		r := s.run("publish", "--retry-timeout", "2s", name).exits(t, 8)
		assert.Check(t, is.Contains(r.Stderr, "tag "+name+" unchanged"))
		_, now := witness.index(t, s.repository("app"), "1")
		assert.Equal(t, now, before)

		assert.NilError(t, syscall.Mount("tmpfs", root, "tmpfs", syscall.MS_REMOUNT, "size=64m"))
		s.run("publish", name).succeeds(t)
		s.run("verify", "--deep", name).succeeds(t)
	}, containerdStore)
}
