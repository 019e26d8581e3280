//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
)

// deleteUntagged does in a real registry what cleaners do: of all that is below a repository's tags it deletes the
// manifests that have no tag themselves.
func (c *registryClient) deleteUntagged(t *testing.T, repository string) (deleted int) {
	t.Helper()
	tagged, below := map[digest.Digest]bool{}, map[digest.Digest]bool{}
	for _, tag := range c.tags(t, repository) {
		doc, ok := c.manifest(t, repository, tag)
		assert.Assert(t, ok)
		tagged[doc.Digest] = true
		index, _ := c.indexOrNone(t, repository, tag)
		for _, entry := range index.Manifests {
			below[entry.Digest] = true
		}
	}
	for id := range below {
		if tagged[id] {
			continue
		}
		url := fmt.Sprintf("http://%s/v2/%s/manifests/%s", c.host, repositoryPath(repository), id)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, url, http.NoBody)
		assert.NilError(t, err)
		response, err := c.http.Do(request)
		assert.NilError(t, err)
		assert.NilError(t, response.Body.Close())
		assert.Equal(t, response.StatusCode, http.StatusAccepted)
		deleted++
	}
	return deleted
}

// A job that deletes whatever has no tag leaves each platform of a published tag to be pulled, and all of it whole.
// Without arch tags it breaks the tag, which verify tells.
func TestCleanersLeavePublishedTags(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\nRUN uname -m >/machine\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		pull := func(name, platform string) result {
			defer s.docker("rmi", "--force", name)
			return s.docker("pull", "--quiet", "--platform", platform, name)
		}
		kept := s.repository("kept") + ":1"
		s.run("build", "--push", "--test-local", "-t", kept, ".").succeeds(t)
		assert.Equal(t, s.registry.deleteUntagged(t, s.repository("kept")), 0)
		for _, platform := range []string{"linux/amd64", "linux/arm64"} {
			pull(kept, platform).succeeds(t)
		}
		s.run("verify", "--require-tested", kept).succeeds(t)

		bare := s.repository("bare") + ":1"
		s.run("build", "--test-local", "-t", bare, ".").succeeds(t)
		s.run("publish", "--arch-tags", "none", bare).succeeds(t)
		assert.Equal(t, s.registry.deleteUntagged(t, s.repository("bare")), 4)
		s.run("verify", bare).exits(t, 9)
	}, containerdStore)
}
