package publish

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// phases are the kinds of requests of a publish, in the order they must come.
func phases(p Request) []*regexp.Regexp {
	index := regexp.QuoteMeta(p.Index.Digest.String())
	var all []*regexp.Regexp
	for _, phase := range []string{
		`GET /v2/`,
		`GET .*/manifests/1`,
		`HEAD .*/blobs/.*|POST .*/blobs/uploads/|PATCH .*/uploads/ID|PUT .*/uploads/ID`,
		`PUT .*/manifests/sha256:.*`,
		`HEAD .*/manifests/sha256:.*`,
		`PUT .*/manifests/` + index,
		`(HEAD|PUT) .*/manifests/1--.*`,
		`HEAD .*/manifests/1`,
		`PUT .*/manifests/1`,
		`GET .*/manifests/1`,
	} {
		all = append(all, regexp.MustCompile("^("+phase+")$"))
	}
	return all
}

// assertOrder checks that requests come phase by phase, none of another kind.
func assertOrder(t *testing.T, requests []string, phases []*regexp.Regexp) {
	t.Helper()
	for _, request := range requests {
		for len(phases) > 0 && !phases[0].MatchString(request) {
			phases = phases[1:]
		}
		assert.Assert(t, len(phases) > 0, "%s is out of order in\n%s", request, strings.Join(requests, "\n"))
	}
}

func TestPublishOrder(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64", "arm64", "riscv64")
	repo := openRepository(t, proxy)
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)

	requests := proxy.Log("")
	assertOrder(t, requests, phases(p))
	assert.DeepEqual(t, requests[len(requests)-2:], []string{
		"PUT /v2/team/app/manifests/1", "GET /v2/team/app/manifests/1",
	})
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1$"), 1))
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/sha256"), 7))
	assert.Assert(t, is.Len(proxy.Log("HEAD .*/manifests/sha256"), 6))
	// 1 shared layer, 1 empty config; per platform a layer, a config, a statement.
	assert.Assert(t, is.Len(proxy.Log("POST"), 2+3*3))
	assert.Equal(t, got.Blobs, 2+3*3)
	for _, request := range proxy.Log("PUT .*/manifests/") {
		assert.Assert(t, is.Regexp("/manifests/(1|1--(amd64|arm64|riscv64)|sha256:.*)$", request))
	}
	assert.Assert(t, got.Confirmed)
	assert.DeepEqual(t, got.Tags, []TagChange{{Tag: "1", New: p.Index.Digest, Written: true}})
	for i, change := range got.ArchTags {
		assert.DeepEqual(t, change, TagChange{Tag: p.ArchTags[i].Tag, New: p.ArchTags[i].Manifest.Digest, Written: true})
	}
	assertWhole(t, repo, "1", p.Index)
}

func TestPublishAgain(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64", "arm64")
	repo := openRepository(t, proxy)
	_, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	before := len(proxy.Log(""))

	got, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
	assert.NilError(t, err)
	requests := proxy.Log("")[before:]
	for i, request := range requests {
		requests[i] = regexp.MustCompile(":[0-9a-f]{64}").ReplaceAllString(request, "")
	}
	slices.Sort(requests) // the children and the arch tags are asked for in parallel
	assert.DeepEqual(t, requests, []string{
		"GET /v2/", "GET /v2/team/app/manifests/1",
		"HEAD /v2/team/app/manifests/1--amd64", "HEAD /v2/team/app/manifests/1--arm64",
		"HEAD /v2/team/app/manifests/sha256", "HEAD /v2/team/app/manifests/sha256",
		"HEAD /v2/team/app/manifests/sha256", "HEAD /v2/team/app/manifests/sha256",
	})
	assert.Equal(t, got.Blobs, 0)
	assert.DeepEqual(t, got.Tags, []TagChange{{Tag: "1", Old: p.Index.Digest, New: p.Index.Digest}})
	assert.Assert(t, !got.ArchTags[0].Written && !got.ArchTags[1].Written)
}

func TestPublishSecondTagSendsNoBlob(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64", "arm64")
	repo := openRepository(t, proxy)
	_, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	posts := len(proxy.Log("POST"))
	p.Tags = []string{"1", "latest"}
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.Equal(t, got.Blobs, 0)
	assert.Equal(t, len(proxy.Log("POST")), posts)
	assert.Assert(t, !got.Tags[0].Written && got.Tags[1].Written)
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1$"), 1))
	assertWhole(t, repo, "latest", p.Index)
}

func TestPublishByDigest(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64", "arm64")
	p.Tags, p.ArchTags = nil, nil
	repo := openRepository(t, proxy)
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.Assert(t, got.Confirmed)
	for _, request := range proxy.Log("/manifests/") {
		assert.Assert(t, is.Contains(request, "/manifests/sha256:"))
	}
	assertWhole(t, repo, p.Index.Digest.String(), p.Index)
}

func TestPublishReplaces(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	repo := openRepository(t, proxy)
	old := store.publication(t, "old", "amd64", "arm64")
	_, err := Publish(t.Context(), repo, store, old, nil)
	assert.NilError(t, err)
	p := store.publication(t, "new", "amd64", "arm64", "s390x")
	got, err := Publish(t.Context(), repo, store, p, nil)
	assert.NilError(t, err)
	assert.DeepEqual(t, got.Tags, []TagChange{{
		Tag: "1", Old: old.Index.Digest, New: p.Index.Digest, Written: true, Gained: []string{"linux/s390x"},
		Attested: true,
	}})
	assert.Equal(t, got.ArchTags[0].Old, old.ArchTags[0].Manifest.Digest)
	assertWhole(t, repo, "1", p.Index)
	assertWhole(t, repo, old.Index.Digest.String(), old.Index)
}

func TestPublishProgress(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64")
	shown := &display{}
	_, err := Publish(t.Context(), openRepository(t, proxy), store, p, shown)
	assert.NilError(t, err)
	done := map[string]int64{}
	var names []string
	for _, s := range shown.statuses {
		for _, v := range s.Vertexes {
			if v.Completed != nil {
				names = append(names, v.Name)
			}
		}
		for _, v := range s.Statuses {
			if v.Completed != nil {
				assert.Equal(t, v.Current, v.Total)
				done[v.ID] = v.Current
			}
		}
	}
	name := proxy.Host() + "/team/app"
	slices.Sort(names[:2]) // they are sent at once
	assert.DeepEqual(t, names, []string{
		"[linux/amd64] pushing layers to " + name, "pushing attestations to " + name, "pushing manifests to " + name,
		"tagging " + name + ":1--amd64",
		"tagging " + name + ":1",
	})
	assert.Equal(t, done[digest.FromString(strings.Repeat("shared by all", 2_000)).String()], int64(26_000))
	assert.Assert(t, is.Len(done, 5))
}

func TestPublishRefusesBadInput(t *testing.T) {
	store := memory{}
	nested := store.publication(t, "nested", "amd64")
	nested.Index = store.index(t, nested.Index)
	layer := store.publication(t, "layer", "amd64")
	layer.Index = store.add("application/vnd.oci.image.layer.v1.tar", []byte("{}"))
	foreign := store.publication(t, "foreign", "amd64")
	foreign.ArchTags[0].Manifest = store.image(t, "arm64", "of another index")
	twice := store.publication(t, "twice", "amd64")
	twice.Tags = append(twice.Tags, "1--amd64")
	for name, p := range map[string]Request{"nested": nested, "layer": layer, "foreign": foreign, "twice": twice} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			_, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
			assert.Assert(t, cerrdefs.IsInvalidArgument(err), "%v", err)
			assert.ErrorContains(t, err, "(no tag was changed)")
			assert.Assert(t, is.Len(proxy.Log("/team/"), 0))
		})
	}
}

func TestPublishCorruptStore(t *testing.T) {
	damage := map[string]func(store memory, p Request) digest.Digest{
		"layer": func(store memory, _ Request) digest.Digest {
			shared := digest.FromString(strings.Repeat("shared by all", 2_000))
			store[shared] = []byte(strings.Repeat("shared by ALL", 2_000))
			return shared
		},
		"layer missing": func(store memory, _ Request) digest.Digest {
			layer := digest.FromString("layer of arm64 a")
			delete(store, layer)
			return layer
		},
		"manifest": func(store memory, p Request) digest.Digest {
			image := p.ArchTags[1].Manifest.Digest
			store[image] = append(slices.Clone(store[image]), ' ')
			return image
		},
		"index missing": func(store memory, p Request) digest.Digest {
			delete(store, p.Index.Digest)
			return p.Index.Digest
		},
	}
	for name, spoil := range damage {
		t.Run(name, func(t *testing.T) {
			proxy, store := registrytest.New(t), memory{}
			p := store.publication(t, "a", "amd64", "arm64")
			broken := spoil(store, p)
			_, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
			assert.ErrorIs(t, err, registry.ErrIntegrity)
			assert.ErrorContains(t, err, broken.String())
			assert.ErrorContains(t, err, "(no tag was changed)")
			assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/"), 0))
		})
	}
}

func TestPublishCancelled(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64", "arm64")
	repo := openRepository(t, proxy)
	ctx, cancel := context.WithCancel(t.Context())
	proxy.On("PATCH", "/uploads/", 3, func(http.ResponseWriter, *http.Request, http.Handler) { cancel() })
	_, err := Publish(ctx, repo, store, p, nil)
	assert.ErrorIs(t, err, context.Canceled)
	var publishError *Error
	assert.Assert(t, errors.As(err, &publishError))
	assert.Assert(t, is.Len(publishError.Written, 0))
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/"), 0))
}
