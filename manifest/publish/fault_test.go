package publish

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

func TestPublishFaultAtEveryRequest(t *testing.T) {
	store := memory{}
	p := store.publication(t, "a", "amd64")
	publish := func(t *testing.T, nth int, f registrytest.Fault) int {
		t.Helper()
		proxy := registrytest.New(t)
		proxy.On("", "", nth, f)
		repo := openRepository(t, proxy)
		got, err := Publish(t.Context(), repo, store, p, nil)
		assert.NilError(t, err, "the fault at request %d", nth)
		assert.Assert(t, got.Tags[0].Written)
		requests := len(proxy.Log(""))
		assertWhole(t, repo, "1", p.Index)
		return requests
	}
	total := publish(t, -1, nil)
	for name, f := range map[string]registrytest.Fault{
		"unavailable": registrytest.Status(503, ""), "rate limit": registrytest.Status(429, "", "Retry-After: 2"),
		"closed": registrytest.HangUp(0), "answer lost": registrytest.LoseAnswer,
	} {
		t.Run(name, func(t *testing.T) {
			for nth := 1; nth <= total; nth++ {
				assert.Assert(t, publish(t, nth, f) > total-3, "the fault at request %d", nth)
			}
		})
	}
}

func TestPublishTagUntouchedOnFailure(t *testing.T) {
	denied := `{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}`
	immutable := `{"errors":[{"code":"TAG_INVALID","message":"the tag is immutable"}]}`
	refused := registry.ErrRefused
	limited := `{"errors":[{"code":"TOOMANYREQUESTS","message":"pull limit"}]}`
	tests := map[string]struct {
		method, path string
		fault        registrytest.Fault
		kind         error // nil for ErrUnavailable
		want         string
		archTags     bool
	}{
		"limited for ever": {"HEAD", "/blobs/", registrytest.Status(429, limited, "Retry-After: 9"), nil, "429", false},
		"denied": {
			"POST",
			"/uploads/",
			registrytest.Status(403, denied),
			refused,
			"DENIED: requested access",
			false,
		},
		"blob down":        {"PATCH", "/uploads/", registrytest.Status(503, ""), nil, "503", false},
		"manifest refused": {"PUT", "/manifests/sha256", registrytest.Status(415, ""), refused, "415", false},
		"immutable tag": {
			"PUT",
			"/manifests/1$",
			registrytest.Status(403, immutable),
			refused,
			"the tag is immutable",
			true,
		},
		"tag down":        {"PUT", "/manifests/1$", registrytest.Status(500, ""), nil, "500", true},
		"tag closed":      {"PUT", "/manifests/1$", registrytest.HangUp(0), nil, `writing manifest "1"`, true},
		"child not shown": {"HEAD", "/manifests/sha256", registrytest.Status(404, ""), nil, "does not show it", false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy, store := registrytest.New(t), memory{}
			old := store.publication(t, "old", "amd64", "arm64")
			repo := openRepository(t, proxy)
			_, err := Publish(t.Context(), repo, store, old, nil)
			assert.NilError(t, err)
			p := store.publication(t, "new", "amd64", "arm64")
			proxy.On(tc.method, tc.path, 0, tc.fault)

			_, err = Publish(t.Context(), repo, store, p, nil)
			assert.ErrorIs(t, err, cmp.Or(tc.kind, registry.ErrUnavailable))
			assert.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, proxy.Host())
			var publishError *Error
			assert.Assert(t, errors.As(err, &publishError))
			assert.Assert(t, is.Len(publishError.Unsure, 0))
			if !tc.archTags {
				assert.Assert(t, is.Len(publishError.Written, 0))
			} else {
				assert.Assert(t, is.Len(publishError.Written, 2))
				assert.Assert(t, is.Contains(publishError.Written, "1--amd64"))
			}
			assertWhole(t, repo, "1", old.Index)
		})
	}
}

func TestPublishTagAnswerLost(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	repo := openRepository(t, proxy)
	proxy.On("PUT", "/manifests/1$", 1, registrytest.LoseAnswer)
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.Assert(t, got.Tags[0].Written)
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1$"), 1))
	assertWhole(t, repo, "1", p.Index)
}

func TestPublishTagUnsure(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	proxy.On("PUT", "/manifests/1$", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		proxy.On("GET", "/manifests/1$", 0, registrytest.Status(503, "")) // down from here on
		registrytest.LoseAnswer(w, r, next)
	})
	_, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
	assert.ErrorIs(t, err, registry.ErrUnavailable)
	assert.ErrorContains(t, err, "written: 1--amd64; perhaps written: 1")
}

func TestPublishMoved(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		t.Run(fmt.Sprint(allowed), func(t *testing.T) {
			proxy, store := registrytest.New(t), memory{}
			p := store.publication(t, "ours", "amd64")
			p.Guards.AllowMoved = allowed
			other := store.image(t, "amd64", "theirs")
			repo := openRepository(t, proxy)
			proxy.On("HEAD", "/manifests/1$", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				write(t, next, "/v2/team/app/manifests/1", other.MediaType, store[other.Digest])
				next.ServeHTTP(w, r)
			})
			got, err := Publish(t.Context(), repo, store, p, nil)
			if allowed {
				assert.NilError(t, err)
				assert.Equal(t, got.Tags[0].Old, other.Digest)
				assertWhole(t, repo, "1", p.Index)
				return
			}
			assert.ErrorIs(t, err, ErrMoved)
			assert.ErrorContains(t, err, "from nothing to "+other.Digest.String())
			assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1$"), 0))
			desc, err := repo.Head(t.Context(), "1")
			assert.NilError(t, err)
			assert.Equal(t, desc.Digest, other.Digest)
		})
	}
}

func TestPublishMovedToOurs(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "ours", "amd64")
	proxy.On("HEAD", "/manifests/1$", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		write(t, next, "/v2/team/app/manifests/1", p.Index.MediaType, store[p.Index.Digest])
		next.ServeHTTP(w, r)
	})
	got, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
	assert.NilError(t, err)
	assert.Assert(t, !got.Tags[0].Written)
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1$"), 0))
}

func TestPublishReadBack(t *testing.T) {
	tests := map[string]struct {
		fault registrytest.Fault
		kind  error
	}{
		"not yet":      {registrytest.Status(404, ""), nil},
		"down":         {registrytest.Status(503, ""), nil},
		"another hash": {registrytest.Status(200, "{}", "Content-Type: "+ocispec.MediaTypeImageIndex), registry.ErrIntegrity},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy, store := registrytest.New(t), memory{}
			p := store.publication(t, "a", "amd64")
			proxy.On("GET", "/manifests/", 0, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if len(proxy.Log("PUT .*/manifests/1$")) == 0 {
					next.ServeHTTP(w, r)
					return
				}
				tc.fault(w, r, next)
			})
			got, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
			assert.Assert(t, got.Tags[0].Written && !got.Confirmed)
			if tc.kind == nil {
				assert.NilError(t, err)
				return
			}
			assert.ErrorIs(t, err, tc.kind)
			assert.ErrorContains(t, err, "(written: 1--amd64, 1)")
		})
	}
}

func TestPublishSecondTagFails(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	p.Tags, p.ArchTags = []string{"1", "2", "3"}, nil
	repo := openRepository(t, proxy)
	proxy.On("PUT", "/manifests/2$", 0, registrytest.Status(403, ""))
	got, err := Publish(t.Context(), repo, store, p, nil)
	var publishError *Error
	assert.Assert(t, errors.As(err, &publishError))
	assert.ErrorIs(t, err, registry.ErrRefused)
	assert.DeepEqual(t, publishError.Written, []string{"1"})
	assert.Assert(t, got.Tags[0].Written && !got.Tags[1].Written && !got.Tags[2].Written)
	assertWhole(t, repo, "1", p.Index)
	_, err = repo.Head(t.Context(), "3")
	assert.Assert(t, cerrdefs.IsNotFound(err))
}
