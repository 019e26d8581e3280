package publish

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// A registry that does not show at once what it has taken is asked again; it does not fail a publish.
func TestPublishChildrenShownLate(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	child := "/manifests/" + p.ArchTags[0].Manifest.Digest.String()
	proxy.On("HEAD", child, 1, registrytest.Status(404, ""))
	proxy.On("HEAD", child, 2, registrytest.Status(404, ""))
	repo := openRepository(t, proxy)
	_, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.Assert(t, is.Len(proxy.Log("HEAD .*"+child), 3))
	assert.Assert(t, is.Len(proxy.Log("PUT .*"+child), 1))
	assertWhole(t, repo, "1", p.Index)
}

// showing answers with what another tag holds.
func showing(tag string) registrytest.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		r.URL.Path = "/v2/team/app/manifests/" + tag
		next.ServeHTTP(w, r)
	}
}

// The reads of a tag lag behind its writes: what it showed before, or what was published from here, is no move by
// somebody else. What would lose platforms of it is refused all the same.
func TestPublishStaleTag(t *testing.T) {
	store := memory{}
	older := store.publication(t, "older", "amd64")
	live := store.publication(t, "live", "amd64", "arm64")
	mine, less := store.publication(t, "mine", "amd64", "arm64"), store.publication(t, "less", "amd64")
	type read struct {
		method string
		nth    int
	}
	tests := map[string]struct {
		publish Request
		// shown is what the lagging read shows, nil for nothing.
		shown *Request
		at    read
		// ours says that the live image was published from here.
		ours bool
		err  error
	}{
		"second read shows nothing":           {mine, nil, read{"HEAD", 1}, false, nil},
		"second read shows the one before":    {mine, &older, read{"HEAD", 1}, false, nil},
		"first read shows nothing, ours":      {mine, nil, read{"GET", 1}, true, nil},
		"first read shows one before, ours":   {mine, &older, read{"GET", 1}, true, nil},
		"first read shows nothing, theirs":    {mine, nil, read{"GET", 1}, false, ErrMoved},
		"first read shows one before, theirs": {mine, &older, read{"GET", 1}, false, ErrMoved},
		"first read hides what would be lost": {less, &older, read{"GET", 1}, true, ErrShrink},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo := openRepository(t, proxy)
			for _, old := range []Request{older, live} {
				old.ArchTags = nil
				_, err := Publish(t.Context(), repo, store, old, nil)
				assert.NilError(t, err)
			}
			fault := registrytest.Status(404, "")
			if tc.shown != nil {
				write(t, proxy.Handler, "/v2/team/app/manifests/stale", ocispec.MediaTypeImageIndex, store[tc.shown.Index.Digest])
				fault = showing("stale")
			}
			proxy.On(tc.at.method, "/manifests/1$", tc.at.nth, fault)
			p := tc.publish
			if p.ArchTags = nil; tc.ours {
				p.Last = live.Index.Digest
			}
			got, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
			if tc.err != nil {
				assert.ErrorIs(t, err, tc.err)
				assertWhole(t, repo, "1", live.Index)
				return
			}
			assert.NilError(t, err)
			assert.Equal(t, got.Tags[0].Old, live.Index.Digest)
			assertWhole(t, repo, "1", p.Index)
		})
	}
}

// The tag moved to what has more platforms, and reads show now this, now what was there before: then nothing is lost.
func TestPublishStaleTagKeepsPlatforms(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	repo := openRepository(t, proxy)
	old, theirs := store.publication(t, "old", "amd64"), store.publication(t, "theirs", "amd64", "arm64")
	theirs.Tags, theirs.ArchTags = []string{"theirs"}, nil
	for _, p := range []Request{old, theirs} {
		_, err := Publish(t.Context(), repo, store, p, nil)
		assert.NilError(t, err)
	}
	proxy.On("HEAD", "/manifests/1$", 1, showing("theirs"))
	_, err := Publish(t.Context(), repo, store, store.publication(t, "new", "amd64"), nil)
	assert.ErrorIs(t, err, ErrShrink)
	assert.ErrorContains(t, err, "it would lose linux/arm64")
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1$"), 1))
}

// What platforms were carried over from shows something older for a moment.
func TestPublishStaleBase(t *testing.T) {
	for _, reads := range []int{1, 100} {
		proxy, store := registrytest.New(t), memory{}
		repo := openRepository(t, proxy)
		old := store.publication(t, "old", "amd64")
		_, err := Publish(t.Context(), repo, store, old, nil)
		assert.NilError(t, err)
		p := store.publication(t, "new", "amd64")
		p.Based = map[string]digest.Digest{"1": old.Index.Digest}
		for nth := range reads {
			proxy.On("GET", "/manifests/1$", nth+1, registrytest.Status(404, ""))
		}
		_, err = Publish(t.Context(), repo, store, p, nil)
		if reads == 1 {
			assert.NilError(t, err)
			continue
		}
		assert.ErrorIs(t, err, ErrMoved)
		assert.ErrorContains(t, err, "to nothing")
	}
}

// The registry refuses the tag although it holds what was to be written.
func TestPublishTagRefusedButOurs(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	repo := openRepository(t, proxy)
	proxy.On("PUT", "/manifests/1$", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		w.WriteHeader(http.StatusConflict)
	})
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.Assert(t, got.Tags[0].Written)
	assertWhole(t, repo, "1", p.Index)
}
