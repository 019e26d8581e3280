package registry

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

func TestResolveByTagAndDigest(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	body := manifestBody("1")
	want := putManifest(t, repo, "1", body)
	for _, ref := range []string{"1", want.String()} {
		desc, got, err := repo.Resolve(t.Context(), ref)
		assert.NilError(t, err)
		assert.Assert(t, bytes.Equal(got, body))
		wantDesc := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: want, Size: int64(len(body))}
		assert.DeepEqual(t, desc, wantDesc)
		desc, err = repo.Head(t.Context(), ref)
		assert.NilError(t, err)
		assert.DeepEqual(t, desc, wantDesc)
	}
}

func TestResolveNotThere(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	for _, ref := range []string{"1", digest.FromString("nothing").String()} {
		_, _, err := repo.Resolve(t.Context(), ref)
		assert.Assert(t, cerrdefs.IsNotFound(err), "%v", err)
		_, err = repo.Head(t.Context(), ref)
		assert.Assert(t, cerrdefs.IsNotFound(err), "%v", err)
		_, err = repo.Fetch(t.Context(), blobOf([]byte("nothing")))
		assert.Assert(t, cerrdefs.IsNotFound(err), "%v", err)
	}
}

func TestResolveHostileAnswers(t *testing.T) {
	const index = ocispec.MediaTypeImageIndex
	replace := func(text string) registrytest.Fault {
		return registrytest.ChangeBody(func([]byte) []byte { return []byte(text) })
	}
	swap := func(old, changed string) registrytest.Fault {
		return registrytest.ChangeBody(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(old), []byte(changed)) })
	}
	tests := map[string]struct {
		byDigest bool
		fault    registrytest.Fault
		want     string
	}{
		"another hash":  {true, swap(`"text"`, `"tEXT"`), "the content has digest sha256:"},
		"endless":       {false, registrytest.Endless(200, index), "the answer has more than 4194304 bytes"},
		"other content": {false, swap(`"text"`, `"tEXT"`), "it states the digest sha256:"},
		"not JSON":      {false, replace("<html>"), "the content is not a manifest"},
		"truncated":     {false, replace(`{"schemaVersion":2`), "the content is not a manifest"},
		"nested deep":   {false, replace(strings.Repeat("[", 100_000)), "the content is not a manifest"},
		"many entries": {
			false,
			replace(`{"manifests":[` + strings.Repeat("{},", 1_000_000) + "{}]}"),
			"more than 100000 values",
		},
		"both kinds":    {false, swap(`"layers"`, `"manifests":[],"layers"`), "both a manifest and an index"},
		"contradiction": {false, swap("image.manifest", "image.index"), `is sent as`},
		"schema 1": {
			false,
			registrytest.Status(200, "{}", "Content-Type: application/vnd.docker.distribution.manifest.v1+json"),
			"schema 1",
		},
		"wrong type": {
			false,
			registrytest.Status(200, `{"config":{}}`, "Content-Type: "+index),
			"is not what its media type",
		},
		"no type": {false, registrytest.Status(200, `{"config":{}}`, "Content-Type: application/json"), "media type"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, _ := openRepo(t, proxy)
			ref := "1"
			if dgst := putManifest(t, repo, ref, manifestBody("1")); tc.byDigest {
				ref = dgst.String()
			}
			proxy.On("GET", "/manifests/", 0, tc.fault)
			_, _, err := repo.Resolve(t.Context(), ref)
			assert.ErrorIs(t, err, ErrIntegrity)
			assert.ErrorContains(t, err, tc.want)
			assert.Assert(t, is.Len(proxy.Log("GET .*/manifests/"), 1))
		})
	}
}

// What a registry states of the content of a tag is held against it by the algorithm that it is of; what is no digest
// says nothing.
func TestResolveStatedDigests(t *testing.T) {
	body := manifestBody("1")
	for stated, wrong := range map[string]bool{
		digest.SHA512.FromBytes(body).String():     false,
		digest.SHA512.FromString("other").String(): true,
		"":                                  false,
		"wat":                               false,
		"md5:0":                             false,
		"sha256:" + "00":                    false,
		digest.FromBytes(body).String():     false,
		digest.FromString("other").String(): true,
	} {
		proxy := registrytest.New(t)
		repo, _ := openRepo(t, proxy)
		want := putManifest(t, repo, "1", body)
		proxy.On("GET", "/manifests/", 0, func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", ocispec.MediaTypeImageManifest)
			w.Header().Set("Docker-Content-Digest", stated)
			_, _ = w.Write(body)
		})
		desc, _, err := repo.Resolve(t.Context(), "1")
		if wrong {
			assert.ErrorIs(t, err, ErrIntegrity, stated)
			continue
		}
		assert.NilError(t, err, stated)
		assert.Equal(t, desc.Digest, want)
	}
}

func TestResolveErrorBodies(t *testing.T) {
	tests := map[string]struct {
		fault registrytest.Fault
		want  string
	}{
		"JSON": {
			registrytest.Status(403, `{"errors":[{"code":"DENIED","message":"not yours"}]}`),
			"403 Forbidden: DENIED: not yours",
		},
		"HTML":    {registrytest.Status(403, "<html>\r\nno\x1b]8;;\n</html>"), `<html> no\x1b]8;; </html>`},
		"empty":   {registrytest.Status(403, ""), "403 Forbidden"},
		"endless": {registrytest.Endless(403, "text/html"), "403 Forbidden"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, _ := openRepo(t, proxy)
			proxy.On("GET", "/manifests/", 0, tc.fault)
			_, _, err := repo.Resolve(t.Context(), "1")
			assert.ErrorIs(t, err, ErrRefused)
			assert.ErrorContains(t, err, tc.want)
			assert.Assert(t, len(err.Error()) < 4096)
		})
	}
}

func TestResolveBadReference(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	long := strings.Repeat("a", 129)
	for _, ref := range []string{"", "a/b", "../x", "-x", "a b", long, "sha256:short", "md5:abc", "x:y"} {
		_, _, err := repo.Resolve(t.Context(), ref)
		assert.Assert(t, cerrdefs.IsInvalidArgument(err), "%q: %v", ref, err)
		_, err = repo.Head(t.Context(), ref)
		assert.Assert(t, cerrdefs.IsInvalidArgument(err), "%q: %v", ref, err)
		err = repo.PutManifest(t.Context(), ref, ocispec.MediaTypeImageManifest, manifestBody("1"))
		assert.Assert(t, cerrdefs.IsInvalidArgument(err), "%q: %v", ref, err)
	}
	assert.Assert(t, is.Len(proxy.Log("/manifests/"), 0))
}

func TestHeadHostileAnswers(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	want := putManifest(t, repo, "1", manifestBody("1"))
	other := digest.FromString("other").String()
	proxy.On("HEAD", "/manifests/sha256", 0, registrytest.Status(200, "", "Docker-Content-Digest: "+other))
	_, err := repo.Head(t.Context(), want.String())
	assert.ErrorIs(t, err, ErrIntegrity)

	proxy.On("HEAD", "/manifests/1", 0, registrytest.Status(200, "")) // states nothing: read it
	desc, err := repo.Head(t.Context(), "1")
	assert.NilError(t, err)
	assert.Equal(t, desc.Digest, want)
}

func TestFetchHostileAnswers(t *testing.T) {
	body := []byte(`{"architecture":"arm64","os":"linux"}`)
	tests := map[string]registrytest.Fault{
		"another hash": registrytest.ChangeBody(func(b []byte) []byte { return bytes.ToUpper(b) }),
		"shorter":      registrytest.ChangeBody(func(b []byte) []byte { return b[1:] }),
		"longer":       registrytest.ChangeBody(func(b []byte) []byte { return append(b, ' ') }),
		"endless":      registrytest.Endless(200, "application/octet-stream"),
	}
	for name, tampered := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, _ := openRepo(t, proxy)
			assert.NilError(t, push(body)(t.Context(), repo))
			proxy.On("GET", "/blobs/", 0, tampered)
			_, err := repo.Fetch(t.Context(), blobOf(body))
			assert.ErrorIs(t, err, ErrIntegrity)
		})
	}
	t.Run("too many values", func(t *testing.T) {
		many := []byte(`{"history":[` + strings.Repeat("{},", 600_000) + "{}]}")
		repo, _ := openRepo(t, registrytest.New(t))
		assert.NilError(t, push(many)(t.Context(), repo))
		_, err := repo.Fetch(t.Context(), blobOf(many))
		assert.ErrorIs(t, err, ErrIntegrity)
		assert.ErrorContains(t, err, "more than 500000 values")
	})
	t.Run("too large", func(t *testing.T) {
		proxy := registrytest.New(t)
		repo, _ := openRepo(t, proxy)
		desc := blobOf(body)
		desc.Size = maxManifest + 1
		_, err := repo.Fetch(t.Context(), desc)
		assert.ErrorIs(t, err, ErrIntegrity)
		assert.Assert(t, is.Len(proxy.Log("/blobs/"), 0))
	})
}

// A registry sends us to its storage for a blob, under whatever URL: all of it is read. What it sends us elsewhere
// for a manifest is cut all the same.
func TestOpenRedirectedToStorage(t *testing.T) {
	proxy, storage := registrytest.New(t), registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	large := bytes.Repeat([]byte("0123456789abcdef"), 5<<20/16)
	for _, path := range []string{"/storage/x", "/blobs/x"} {
		storage.On("GET", path, 0, registrytest.Status(200, string(large), "Content-Type: application/octet-stream"))
	}
	proxy.On("GET", "/blobs/", 0, registrytest.Status(307, "", "Location: "+storage.URL+"/hop"))
	storage.On("GET", "/hop", 0, registrytest.Status(307, "", "Location: "+storage.URL+"/storage/x"))
	body, err := repo.Open(t.Context(), blobOf(large))
	assert.NilError(t, err)
	got, err := io.ReadAll(body)
	assert.NilError(t, err)
	assert.Equal(t, len(got), len(large))
	assert.NilError(t, body.Close())

	proxy.On("GET", "/manifests/", 0, registrytest.Status(307, "", "Location: "+storage.URL+"/blobs/x"))
	resp, err := repo.do(t.Context(), request{method: http.MethodGet, path: "/manifests/1", good: []int{200}})
	assert.NilError(t, err)
	got, err = io.ReadAll(resp.Body)
	assert.NilError(t, err)
	assert.Equal(t, len(got), maxManifest+1)
	assert.NilError(t, resp.Body.Close())
}
