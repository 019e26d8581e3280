package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// Storage that lags loses a blob it has taken: the blob it names is sent again, and nothing else.
func TestPublishBlobUnknown(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	lost := p.ArchTags[0].Manifest
	layer := digest.FromString(strings.Repeat("shared by all", 2_000))
	unknown := `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown","detail":{"digest":"` +
		layer.String() + `"}}]}`
	proxy.On("PUT", "/manifests/"+lost.Digest.String(), 1, registrytest.Status(400, unknown))
	proxy.On("HEAD", "/blobs/"+layer.String(), 2, registrytest.Status(404, ""))
	repo := openRepository(t, proxy)
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.Equal(t, got.Blobs, 6) // five, and one of them twice
	assert.Assert(t, is.Len(proxy.Log("HEAD .*/blobs/"+layer.String()), 2))
	assertWhole(t, repo, "1", p.Index)
}

// A registry that never gets to know it ends as unavailable, with the tag untouched.
func TestPublishBlobUnknownForEver(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	unknown := `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown"}]}`
	proxy.On("PUT", "/manifests/"+p.ArchTags[0].Manifest.Digest.String(), 0, registrytest.Status(404, unknown))
	_, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
	assert.ErrorIs(t, err, registry.ErrUnavailable)
	assert.ErrorContains(t, err, "(no tag was changed)")
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1$"), 0))
}

// A layer that stands in another repository of the registry is mounted; whatever the registry says to that, a layer
// it does not mount is sent.
func TestPublishMounts(t *testing.T) {
	base, err := reference.ParseNormalizedNamed("example.com/base")
	assert.NilError(t, err)
	for _, answer := range []int{201, 202, 401, 403, 404} {
		t.Run(strconv.Itoa(answer), func(t *testing.T) {
			proxy, store := registrytest.New(t), memory{}
			here, err := reference.ParseNormalizedNamed(proxy.Host() + "/" + reference.Path(base))
			assert.NilError(t, err)
			p := store.publication(t, "a", "amd64")
			p.MountFrom = func(context.Context, ocispec.Descriptor) reference.Named { return here }
			var mu sync.Mutex
			asked := map[string]bool{}
			proxy.On("POST", "/uploads/", 0, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				mount := r.URL.Query().Get("mount")
				mu.Lock()
				asked[mount+" "+r.URL.Query().Get("from")] = true
				mu.Unlock()
				switch {
				case mount == "" || answer == 202:
					query := r.URL.Query()
					query.Del("mount")
					query.Del("from")
					r.URL.RawQuery = query.Encode()
					next.ServeHTTP(w, r)
				case answer == 201: // it has the layer; in this registry all repositories share their blobs
					upload := r.Clone(r.Context())
					upload.URL.RawQuery = "digest=" + mount
					body := store[digest.Digest(mount)]
					upload.Body, upload.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
					next.ServeHTTP(w, upload)
				default:
					w.WriteHeader(answer)
				}
			})
			repo := openRepository(t, proxy)
			got, err := Publish(t.Context(), repo, store, p, nil)
			assert.NilError(t, err)
			assertWhole(t, repo, "1", p.Index)
			layer := digest.FromString(strings.Repeat("shared by all", 2_000))
			assert.Assert(t, asked[layer.String()+" base"], "%v", asked)
			want := 5
			if answer == 201 {
				want = 3 // config, empty config and statement
			}
			assert.Equal(t, got.Blobs, want)
		})
	}
}

// Two hundred publishes of three platforms, under one request in ten failing, onto a tag that is watched: it holds what
// it held or all of the new, nothing else, and nearly all succeed. MULTIPLAT_SEED repeats a run.
func TestPublishUnderRandomFaults(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("MULTIPLAT_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		assert.NilError(t, err)
	}
	t.Logf("MULTIPLAT_SEED=%d", seed)
	const publishes = 200
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // chance, not secrets
	succeeded, faults := 0, 0
	for n := range publishes {
		ok, hits := publishUnderFaults(t, n, random.Uint64())
		faults += hits
		if ok {
			succeeded++
		}
	}
	t.Logf("%d of %d succeeded at %d faults", succeeded, publishes, faults)
	assert.Assert(t, faults >= 1000, "only %d faults", faults)
	assert.Assert(t, succeeded*100 >= publishes*99, "%d of %d succeeded", succeeded, publishes)
}

// publishUnderFaults publishes over an image that is there, and once more without faults if that fails.
func publishUnderFaults(t *testing.T, n int, seed uint64) (ok bool, faults int) {
	t.Helper()
	proxy, store := registrytest.New(t), memory{}
	seen := watchTag(proxy)
	plain := openRepository(t, proxy)
	old := store.publication(t, fmt.Sprint("old ", n), "amd64", "arm64", "s390x")
	_, err := Publish(t.Context(), plain, store, old, nil)
	assert.NilError(t, err)
	p := store.publication(t, fmt.Sprint(n), "amd64", "arm64", "s390x")
	hits := randomFaults(proxy, seed)
	repo := openFaulty(t, proxy)
	if repo == nil {
		return false, hits()
	}
	_, err = Publish(t.Context(), repo, store, p, nil)
	proxy.Calm()
	whole := []digest.Digest{old.Index.Digest, p.Index.Digest}
	for i, dgst := range seen() {
		assert.Check(t, i < len(whole) && dgst == whole[i], "publish %d: the tag held %s", n, dgst)
	}
	if err == nil {
		assertWhole(t, plain, "1", p.Index)
		return true, hits()
	}
	assert.Check(t, errors.Is(err, registry.ErrUnavailable), "publish %d: %v", n, err)
	desc, headErr := plain.Head(t.Context(), "1")
	assert.NilError(t, headErr)
	if desc.Digest == p.Index.Digest {
		assertWhole(t, plain, "1", p.Index)
	}
	_, err = Publish(t.Context(), plain, store, p, nil)
	assert.NilError(t, err)
	assertWhole(t, plain, "1", p.Index)
	return false, hits()
}

// watchTag reads the tag 1 past the faults after every request that the registry has carried out, from before the
// first one on: seen is what the tag has held.
func watchTag(proxy *registrytest.Registry) (seen func() []digest.Digest) {
	var mu sync.Mutex
	var held []digest.Digest
	inner := proxy.Handler
	proxy.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		if r.Method != http.MethodPut {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		answer := httptest.NewRecorder()
		inner.ServeHTTP(answer, httptest.NewRequestWithContext(r.Context(), http.MethodGet, "/v2/team/app/manifests/1", nil))
		if answer.Code == http.StatusOK {
			held = append(held, digest.FromBytes(answer.Body.Bytes()))
		}
	})
	return func() []digest.Digest {
		mu.Lock()
		defer mu.Unlock()
		return slices.Compact(slices.Clone(held))
	}
}

// randomFaults makes one request in ten fail, in the ways that pass; hits tells how often.
func randomFaults(proxy *registrytest.Registry, seed uint64) (hits func() int) {
	var mu sync.Mutex
	count := 0
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // chance, not secrets
	kinds := []registrytest.Fault{
		registrytest.Status(
			503,
			"",
		),
		registrytest.Status(502, ""),
		registrytest.Status(429, "", "Retry-After: 1"),
		registrytest.Status(500, ""),
		registrytest.HangUp(0),
		registrytest.HangUp(3),
		registrytest.LoseAnswer,
	}
	proxy.On("", "", 0, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		bad, kind := random.IntN(10) == 0, kinds[random.IntN(len(kinds))]
		if bad {
			count++
		}
		mu.Unlock()
		if !bad {
			kind = func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) }
		}
		kind(w, r, next)
	})
	return func() int {
		mu.Lock()
		defer mu.Unlock()
		return count
	}
}

// openFaulty signs in at a proxy with faults; nil when even that failed.
func openFaulty(t *testing.T, proxy *registrytest.Registry) *registry.Repository {
	t.Helper()
	name, err := reference.ParseNormalizedNamed(proxy.Host() + "/team/app")
	assert.NilError(t, err)
	client := registry.New(registry.WithClock(&rushedClock{now: time.Now()}))
	repo, err := client.Repository(t.Context(), name, registry.Push)
	if err != nil {
		assert.ErrorIs(t, err, registry.ErrUnavailable)
		return nil
	}
	return repo
}
