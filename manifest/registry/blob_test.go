package registry

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

func TestPushBlobOnce(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	for name, body := range map[string][]byte{
		"large": bytes.Repeat([]byte("layer "), 100_000), "empty": {}, "config": []byte("{}"),
	} {
		t.Run(name, func(t *testing.T) {
			desc := blobOf(body)
			var mu sync.Mutex
			var last int64
			progress := func(n int64) {
				mu.Lock()
				defer mu.Unlock()
				last = n
			}
			sent, err := repo.PushBlob(t.Context(), desc, opens(body), progress)
			assert.NilError(t, err)
			assert.Assert(t, sent)
			mu.Lock()
			assert.Equal(t, last, desc.Size)
			mu.Unlock()

			uploads := len(proxy.Log("POST"))
			sent, err = repo.PushBlob(t.Context(), desc, opens(body), nil)
			assert.NilError(t, err)
			assert.Assert(t, !sent)
			assert.Equal(t, len(proxy.Log("POST")), uploads)

			got, err := repo.Fetch(t.Context(), desc)
			assert.NilError(t, err)
			assert.Assert(t, bytes.Equal(got, body))
		})
	}
}

func TestPushBlobRepeatedFromPost(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), 200_000)
	tests := map[string]struct {
		method string
		fault  registrytest.Fault
		log    []string
	}{
		"cut at the first byte": {"PATCH", registrytest.HangUp(1), []string{"POST", "PATCH", "POST", "PATCH", "PUT"}},
		"cut in the middle":     {"PATCH", registrytest.HangUp(1_000_000), []string{"POST", "PATCH", "POST", "PATCH", "PUT"}},
		"lost answer":           {"PATCH", registrytest.LoseAnswer, []string{"POST", "PATCH", "POST", "PATCH", "PUT"}},
		"session gone":          {"PATCH", registrytest.Status(404, ""), []string{"POST", "PATCH", "POST", "PATCH", "PUT"}},
		"range refused":         {"PATCH", registrytest.Status(416, ""), []string{"POST", "PATCH", "POST", "PATCH", "PUT"}},
		"commit refused": {
			"PUT",
			registrytest.Status(503, ""),
			[]string{"POST", "PATCH", "PUT", "POST", "PATCH", "PUT"},
		},
		"commit's answer lost": {"PUT", registrytest.LoseAnswer, []string{"POST", "PATCH", "PUT"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, _ := openRepo(t, proxy)
			proxy.On(tc.method, "/blobs/uploads/", 1, tc.fault)
			sent, err := repo.PushBlob(t.Context(), blobOf(body), opens(body), nil)
			assert.NilError(t, err)
			assert.Equal(t, sent, name != "commit's answer lost")
			var methods []string
			for _, line := range proxy.Log("/blobs/uploads/") {
				method, _, _ := bytes.Cut([]byte(line), []byte(" "))
				methods = append(methods, string(method))
			}
			assert.DeepEqual(t, methods, tc.log)
		})
	}
}

func TestPushBlobGivesUp(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	proxy.On("PATCH", "/blobs/uploads/", 0, registrytest.HangUp(1))
	_, err := repo.PushBlob(t.Context(), blobOf([]byte("layer")), opens([]byte("layer")), nil)
	assert.ErrorIs(t, err, ErrUnavailable)
	assert.Assert(t, is.Len(proxy.Log("PATCH"), maxTries))
}

func TestPushBlobRateLimited(t *testing.T) {
	proxy := registrytest.New(t)
	repo, clock := openRepo(t, proxy)
	proxy.On("PATCH", "/blobs/uploads/", 1, registrytest.Status(429, "", "Retry-After: 50"))
	sent, err := repo.PushBlob(t.Context(), blobOf([]byte("layer")), opens([]byte("layer")), nil)
	assert.NilError(t, err)
	assert.Assert(t, sent)
	_, sum := clock.waited()
	assert.Assert(t, sum.Seconds() >= 50 && sum.Seconds() <= 55, "%v", sum)
}

func TestPushBlobCorrupt(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), 100_000)
	flipped := slices.Clone(body)
	flipped[len(flipped)/2] ^= 1
	broken := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(body[:500_000]), iotest.ErrReader(errors.New("bad sector")))), nil
	}
	tests := map[string]struct {
		open func() (io.ReadCloser, error)
		want string
	}{
		"flipped":    {opens(flipped), "its content has digest " + digest.FromBytes(flipped).String()},
		"short":      {opens(body[1:]), "it has 999999 bytes or more, not 1000000"},
		"long":       {opens(append(slices.Clone(body), '!')), "it has 1000001 bytes or more, not 1000000"},
		"empty":      {opens(nil), "it has 0 bytes or more"},
		"unreadable": {broken, "bad sector"},
		"missing":    {func() (io.ReadCloser, error) { return nil, errors.New("no such blob") }, "no such blob"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, _ := openRepo(t, proxy)
			desc := blobOf(body)
			sent, err := repo.PushBlob(t.Context(), desc, tc.open, nil)
			assert.ErrorIs(t, err, ErrIntegrity)
			assert.ErrorContains(t, err, desc.Digest.String())
			assert.ErrorContains(t, err, tc.want)
			assert.Assert(t, !sent)
			assert.Assert(t, is.Len(proxy.Log("PUT"), 0))
			assert.Assert(t, is.Len(proxy.Log("POST .*/blobs/uploads/"), 1))
		})
	}
}

func TestPushBlobDenied(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	body := `{"errors":[{"code":"DENIED","message":"quota\u001b[31m exceeded"}]}`
	proxy.On("POST", "/blobs/uploads/", 0, registrytest.Status(403, body))
	_, err := repo.PushBlob(t.Context(), blobOf([]byte("layer")), opens([]byte("layer")), nil)
	assert.ErrorIs(t, err, ErrRefused)
	assert.ErrorContains(t, err, `403 Forbidden: DENIED: quota\x1b[31m exceeded`)
	assert.Assert(t, is.Len(proxy.Log("POST .*/blobs/uploads/"), 1))
}

func TestPushBlobCancelled(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	ctx, cancel := context.WithCancel(t.Context())
	body := bytes.Repeat([]byte("x"), 1<<20)
	open := func() (io.ReadCloser, error) {
		cancel()
		return io.NopCloser(bytes.NewReader(body)), nil
	}
	_, err := repo.PushBlob(ctx, blobOf(body), open, nil)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Assert(t, is.Len(proxy.Log("POST .*/blobs/uploads/"), 1))
}

func TestHasBlob(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	body := []byte("layer")
	desc := blobOf(body)
	has, err := repo.HasBlob(t.Context(), desc)
	assert.NilError(t, err)
	assert.Assert(t, !has)
	assert.NilError(t, push(body)(t.Context(), repo))
	has, err = repo.HasBlob(t.Context(), desc)
	assert.NilError(t, err)
	assert.Assert(t, has)
	desc.Size++
	_, err = repo.HasBlob(t.Context(), desc)
	assert.ErrorIs(t, err, ErrIntegrity)
	_, err = repo.HasBlob(t.Context(), ocispec.Descriptor{Digest: "sha256:../.."})
	assert.ErrorIs(t, err, ErrIntegrity)
}
