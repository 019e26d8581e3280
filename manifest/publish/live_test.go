package publish

import (
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

func TestPublishShrink(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	repo := openRepository(t, proxy)
	old := store.publication(t, "old", "amd64", "arm64", "s390x")
	_, err := Publish(t.Context(), repo, store, old, nil)
	assert.NilError(t, err)
	p := store.publication(t, "new", "arm64")
	before := len(proxy.Log(""))

	_, err = Publish(t.Context(), repo, store, p, nil)
	assert.ErrorIs(t, err, ErrShrink)
	assert.ErrorContains(t, err, "it would lose linux/amd64, linux/s390x")
	assert.DeepEqual(t, proxy.Log("")[before:], []string{"GET /v2/team/app/manifests/1"})
	assertWhole(t, repo, "1", old.Index)

	p.Guards.AllowShrink = true
	_, err = Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assertWhole(t, repo, "1", p.Index)
}

func TestPublishShrinkOfOtherShapes(t *testing.T) {
	store := memory{}
	amd64 := store.image(t, "amd64", "live")
	bare := amd64
	bare.Platform = nil
	tests := map[string]ocispec.Descriptor{
		"plain manifest":         amd64,
		"entry without":          store.index(t, bare),
		"nested":                 store.index(t, store.index(t, amd64)),
		"nested, gone":           store.index(t, amd64, fakeGone()),
		"attestations no matter": store.index(t, amd64, store.attestation(t, amd64)),
	}
	for name, live := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo := openRepository(t, proxy)
			seed := store.publication(t, "seed", "amd64")
			seed.Index, seed.ArchTags = store.index(t, amd64, store.attestation(t, amd64)), nil
			seed.Tags = []string{"seed"}
			_, err := Publish(t.Context(), repo, store, seed, nil)
			assert.NilError(t, err)
			writeLive(t, proxy.Handler, store, live)

			_, err = Publish(t.Context(), repo, store, store.publication(t, "new", "arm64"), nil)
			assert.ErrorIs(t, err, ErrShrink)
			assert.ErrorContains(t, err, "it would lose linux/amd64 ")
			_, err = Publish(t.Context(), repo, store, store.publication(t, "new", "amd64", "arm64"), nil)
			assert.NilError(t, err)
		})
	}
}

// fakeGone is an entry whose index is not in the registry.
func fakeGone() ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageIndex, Digest: digest.FromString("gone"), Size: 4}
}

// writeLive writes what a tag holds, nested indexes first; the test registry
// insists on children only when they have a known type.
func writeLive(t *testing.T, next http.Handler, store memory, live ocispec.Descriptor) {
	t.Helper()
	for dgst, body := range store {
		if strings.Contains(string(body), `"manifests":`) && dgst != live.Digest {
			write(t, next, "/v2/team/app/manifests/"+dgst.String(), ocispec.MediaTypeImageIndex, body)
		}
	}
	gone := fakeGone()
	write(t, next, "/v2/team/app/manifests/"+gone.Digest.String(), ocispec.MediaTypeImageManifest, []byte("gone"))
	write(t, next, "/v2/team/app/manifests/1", live.MediaType, store[live.Digest])
	path := "/v2/team/app/manifests/" + gone.Digest.String()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, path, nil)
	assert.NilError(t, err)
	next.ServeHTTP(discardedAnswer{}, req)
}

// discardedAnswer is an answer nobody receives.
type discardedAnswer struct{}

func (discardedAnswer) Header() http.Header         { return http.Header{} }
func (discardedAnswer) Write(p []byte) (int, error) { return len(p), nil }
func (discardedAnswer) WriteHeader(int)             {}

func TestPublishOverForeignContent(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	repo := openRepository(t, proxy)
	const schema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
	write(t, proxy.Handler, "/v2/team/app/manifests/1", schema1, []byte("{}"))
	_, err := Publish(t.Context(), repo, store, p, nil)
	assert.ErrorIs(t, err, registry.ErrIntegrity)
	p.Guards.AllowShrink = true
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.Equal(t, got.Tags[0].Old, digest.FromString("{}"))
}

// A live tag that lists thousands of entries is refused before it is asked for them.
func TestPublishOverThousandsOfEntries(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	repo := openRepository(t, proxy)
	entries := make([]ocispec.Descriptor, 18_000)
	for i := range entries {
		entries[i] = fakeGone()
	}
	writeLive(t, proxy.Handler, store, store.index(t, entries...))
	before := len(proxy.Log(""))
	_, err := Publish(t.Context(), repo, store, store.publication(t, "new", "arm64"), nil)
	assert.ErrorIs(t, err, registry.ErrIntegrity)
	assert.ErrorContains(t, err, "more than 128 entries")
	assert.Check(t, len(proxy.Log(""))-before < 5)
}
