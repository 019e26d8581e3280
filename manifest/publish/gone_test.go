package publish

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// remove deletes a manifest behind the proxy's back, as a cleaner does.
func remove(t *testing.T, proxy *registrytest.Registry, dgst digest.Digest) {
	t.Helper()
	path := "/v2/team/app/manifests/" + dgst.String()
	answer := httptest.NewRecorder()
	proxy.Handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodDelete, path, nil))
	assert.Equal(t, answer.Code, http.StatusAccepted)
}

// publishedParts publishes an index of two platforms under a tag, and returns what else can be made of its images.
func publishedParts(t *testing.T, repo *registry.Repository, store memory) Request {
	t.Helper()
	p := store.publication(t, "a", "amd64", "arm64")
	p.Tags = []string{"source"}
	_, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	amd64, arm64 := p.ArchTags[0].Manifest, p.ArchTags[1].Manifest
	return Request{
		Index: store.index(t, arm64, amd64), Tags: []string{"1"}, Present: []digest.Digest{amd64.Digest, arm64.Digest},
		Unseen: []ocispec.Descriptor{amd64},
	}
}

// What is taken to be in the repository was removed by a cleaner: that is no fault that passes, and the image is
// named, whether it is asked for or only the registry finds out.
func TestPublishPartIsGone(t *testing.T) {
	unknown := func(detail string) registrytest.Fault {
		return registrytest.Status(400, `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"unknown"`+detail+`}]}`)
	}
	for name, tc := range map[string]struct {
		asked, named bool
		puts         int
	}{
		"asked for":                  {asked: true},
		"found by the registry":      {named: true, puts: 1},
		"found, but not named by it": {puts: 1},
		"asked for, tag has it":      {asked: true},
	} {
		t.Run(name, func(t *testing.T) {
			proxy, store := registrytest.New(t), memory{}
			repo := openRepository(t, proxy)
			p := publishedParts(t, repo, store)
			gone := p.Unseen[0]
			if strings.HasSuffix(name, "tag has it") {
				write(t, proxy.Handler, "/v2/team/app/manifests/1", p.Index.MediaType, store[p.Index.Digest])
			}
			remove(t, proxy, gone.Digest)
			if !tc.asked {
				p.Unseen = nil
			}
			detail := ""
			if tc.named {
				detail = `,"detail":{"digest":"` + gone.Digest.String() + `"}`
			}
			index := "/manifests/" + p.Index.Digest.String()
			proxy.On("PUT", index, 0, unknown(detail))
			before := len(proxy.Log("PUT|POST|PATCH"))
			_, err := Publish(t.Context(), repo, store, p, nil)
			assert.ErrorIs(t, err, registry.ErrIntegrity)
			assert.ErrorContains(t, err, gone.Digest.String()+" (linux/amd64)")
			assert.ErrorContains(t, err, "(no tag was changed)")
			assert.Equal(t, len(proxy.Log("PUT|POST|PATCH"))-before, tc.puts)
		})
	}
}

// A part that is shown late was not removed.
func TestPublishPartIsShownLate(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	repo := openRepository(t, proxy)
	p := publishedParts(t, repo, store)
	part := p.Unseen[0].Digest.String()
	proxy.On("HEAD", "/manifests/"+part, 1, registrytest.Status(404, ""))
	unknown := `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"unknown","detail":{"digest":"` + part + `"}}]}`
	proxy.On("PUT", "/manifests/"+p.Index.Digest.String(), 1, registrytest.Status(400, unknown))
	_, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assertWhole(t, repo, "1", p.Index)
}

// A tag that holds the image already is looked at as a whole: what was removed below it is sent again, and the tag
// left alone.
func TestPublishAgainMends(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	repo := openRepository(t, proxy)
	p := store.publication(t, "a", "amd64", "arm64")
	_, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	remove(t, proxy, p.ArchTags[1].Manifest.Digest)
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.Assert(t, !got.Tags[0].Written && got.Confirmed)
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1$"), 1))
	assertWhole(t, repo, "1", p.Index)
}
