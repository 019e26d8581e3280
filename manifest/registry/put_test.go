package registry

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

func TestPutManifestLeavesBytesAlone(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	subject := `","subject":{"mediaType":"` + ocispec.MediaTypeImageManifest + `","digest":"` +
		digest.FromString("subject").String() + `","size":1},  "x":"`
	body := manifestBody(subject)
	want := putManifest(t, repo, "1", body)
	_, got, err := repo.Resolve(t.Context(), want.String())
	assert.NilError(t, err)
	assert.Assert(t, bytes.Equal(got, body))
	assert.DeepEqual(t, proxy.Log("PUT"), []string{"PUT /v2/team/app/manifests/1"})
	assert.Assert(t, is.Len(proxy.Log("referrers"), 0))
}

func TestPutManifestRefused(t *testing.T) {
	tests := map[string]struct {
		code int
		body string
		kind error
	}{
		"denied":      {403, `{"errors":[{"code":"DENIED","message":"no"}]}`, ErrRefused},
		"missing":     {404, `{"errors":[{"code":"NAME_UNKNOWN","message":"no"}]}`, ErrRefused},
		"unsupported": {415, "", ErrRefused},
		"invalid":     {400, `{"errors":[{"code":"MANIFEST_INVALID","message":"no"}]}`, ErrRefused},
		"not allowed": {405, "", ErrRefused},
		"too large":   {413, "", ErrRefused},
		"immutable":   {409, `{"errors":[{"code":"TAG_IMMUTABLE","message":"no"}]}`, ErrRefused},
		"other hash":  {400, `{"errors":[{"code":"DIGEST_INVALID","message":"no"}]}`, ErrIntegrity},
		"part lag":    {404, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"no"}]}`, ErrUnavailable},
		"blob lag":    {404, `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"no"}]}`, ErrUnavailable},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, _ := openRepo(t, proxy)
			proxy.On("PUT", "/manifests/", 0, registrytest.Status(tc.code, tc.body))
			err := repo.PutManifest(t.Context(), "1", ocispec.MediaTypeImageManifest, manifestBody("1"))
			assert.ErrorIs(t, err, tc.kind)
			assert.ErrorContains(t, err, http.StatusText(tc.code))
		})
	}
}

func TestPutManifestWrongDigest(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	ref := digest.FromString("other").String()
	err := repo.PutManifest(t.Context(), ref, ocispec.MediaTypeImageManifest, manifestBody("1"))
	assert.ErrorIs(t, err, ErrIntegrity)
	err = repo.PutManifest(t.Context(), "1", ocispec.MediaTypeImageManifest, make([]byte, maxManifest+1))
	assert.ErrorIs(t, err, ErrIntegrity)
	assert.Assert(t, is.Len(proxy.Log("PUT"), 0))
}

func TestPutManifestTagAnswerLost(t *testing.T) {
	for name, lost := range map[string]registrytest.Fault{
		"connection closed": registrytest.LoseAnswer,
		"gateway timeout": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(discardAnswer{}, r)
			w.WriteHeader(http.StatusGatewayTimeout)
		},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, _ := openRepo(t, proxy)
			proxy.On("PUT", "/manifests/1", 1, lost)
			putManifest(t, repo, "1", manifestBody("1"))
			want := []string{"PUT /v2/team/app/manifests/1", "GET /v2/team/app/manifests/1"}
			assert.DeepEqual(t, proxy.Log("/manifests/1"), want)
		})
	}
}

// discardAnswer is an answer nobody receives.
type discardAnswer struct{}

func (discardAnswer) Header() http.Header         { return http.Header{} }
func (discardAnswer) Write(p []byte) (int, error) { return len(p), nil }
func (discardAnswer) WriteHeader(int)             {}

func TestPutManifestTagNotCarriedOut(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	putManifest(t, repo, "1", manifestBody("old"))
	proxy.On("PUT", "/manifests/1", 1, registrytest.HangUp(10))
	want := putManifest(t, repo, "1", manifestBody("new"))
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1"), 3))
	desc, err := repo.Head(t.Context(), "1")
	assert.NilError(t, err)
	assert.Equal(t, desc.Digest, want)
}

func TestPutManifestTagTakenByOther(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	putManifest(t, repo, "1", manifestBody("old"))
	proxy.On("PUT", "/manifests/1", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		r.Body = io.NopCloser(bytes.NewReader(manifestBody("other")))
		next.ServeHTTP(discardAnswer{}, r)
		registrytest.CloseConnection(w)
	})
	err := repo.PutManifest(t.Context(), "1", ocispec.MediaTypeImageManifest, manifestBody("new"))
	assert.ErrorIs(t, err, ErrUnavailable)
	assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1"), 2))
	desc, err := repo.Head(t.Context(), "1")
	assert.NilError(t, err)
	assert.Equal(t, desc.Digest, digest.FromBytes(manifestBody("other")))
}

// The tag was written, the answer lost, the registry does not show it yet, and the tag may not be written twice: then
// it is ours all the same.
func TestPutManifestTagImmutableAfterLostAnswer(t *testing.T) {
	for name, shown := range map[string]bool{"shown in the end": true, "never shown": false} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			repo, _ := openRepo(t, proxy)
			_, err := repo.Head(t.Context(), "1")
			assert.Assert(t, cerrdefs.IsNotFound(err))
			proxy.On("PUT", "/manifests/1", 1, registrytest.LoseAnswer)
			immutable := `{"errors":[{"code":"TAG_INVALID","message":"immutable"}]}`
			proxy.On("PUT", "/manifests/1", 0, registrytest.Status(400, immutable))
			for nth := range 3 {
				proxy.On("GET", "/manifests/1", nth+1, registrytest.Status(404, ""))
			}
			if !shown {
				proxy.On("GET", "/manifests/1", 0, registrytest.Status(404, ""))
			}
			err = repo.PutManifest(t.Context(), "1", ocispec.MediaTypeImageManifest, manifestBody("1"))
			assert.Assert(t, is.Len(proxy.Log("PUT .*/manifests/1"), 2))
			if shown {
				assert.NilError(t, err)
				return
			}
			assert.ErrorIs(t, err, ErrRefused)
			assert.ErrorContains(t, err, "immutable")
		})
	}
}

// An answer that does not say that the tag was created is asked about: what was not done is done by the next try, and
// what never is ends as not shown.
func TestPutManifestTagTakenInOtherWords(t *testing.T) {
	answers := map[string]registrytest.Fault{
		"200":           registrytest.Status(http.StatusOK, "{}"),
		"202":           registrytest.Status(http.StatusAccepted, ""),
		"bare 201":      registrytest.Status(http.StatusCreated, ""),
		"200, but done": done(http.StatusOK),
	}
	for name, answer := range answers {
		for _, times := range []int{1, 0} {
			t.Run(fmt.Sprint(name, " ", times), func(t *testing.T) {
				proxy := registrytest.New(t)
				repo, _ := openRepo(t, proxy)
				old := putManifest(t, repo, "1", manifestBody("old"))
				proxy.On("PUT", "/manifests/1", times, answer)
				err := repo.PutManifest(t.Context(), "1", ocispec.MediaTypeImageManifest, manifestBody("new"))
				want := digest.FromBytes(manifestBody("new"))
				if times == 0 && !strings.Contains(name, "done") {
					assert.ErrorIs(t, err, ErrNotShown)
					want = old
				} else {
					assert.NilError(t, err)
				}
				desc, err := repo.Head(t.Context(), "1")
				assert.NilError(t, err)
				assert.Equal(t, desc.Digest, want)
			})
		}
	}
}

// done does what is asked, and answers with another status.
func done(status int) registrytest.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		w.WriteHeader(status)
	}
}
