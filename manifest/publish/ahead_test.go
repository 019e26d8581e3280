package publish

import (
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// What was sent ahead is not sent again, and is under no manifest and no tag before it is published.
func TestAhead(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	repo := openRepository(t, proxy)
	p := store.publication(t, "a", "amd64", "arm64")
	ahead := NewAhead(repo, nil)
	for _, arch := range p.ArchTags {
		assert.NilError(t, ahead.Send(t.Context(), store, arch.Manifest, nil))
	}
	assert.Assert(t, is.Len(proxy.Log("/manifests/"), 0))
	sent := len(proxy.Log("POST .*/uploads/"))
	assert.Equal(t, sent, 5) // a config and a layer of each, and one that both have
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.Equal(t, got.Blobs, 3) // of the attestations
	assertWhole(t, repo, "1", p.Index)
}
