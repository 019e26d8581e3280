package plugin

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// fakeRegistry is a registry on loopback, in this process.
type fakeRegistry struct {
	// host is HOST:PORT of it.
	host    string
	handler http.Handler
	// wrap, where it is set, answers a request itself and returns true, or leaves it to the registry.
	wrap func(http.ResponseWriter, *http.Request) bool
	// calm ends what wrap does, also while requests are under way that nobody waits for any more.
	calm atomic.Bool
}

func newFakeRegistry(t *testing.T) *fakeRegistry {
	t.Helper()
	r := &fakeRegistry{handler: registry.New(registry.Logger(log.New(io.Discard, "", 0)))}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if r.calm.Load() || r.wrap == nil || !r.wrap(w, request) {
			r.handler.ServeHTTP(w, request)
		}
	}))
	t.Cleanup(server.Close)
	r.host = strings.TrimPrefix(server.URL, "http://")
	return r
}

// read returns the manifest at REPOSITORY and a tag or digest, as any client sees it; ok is false for none.
func (r *fakeRegistry) read(t *testing.T, repository, ref string) (body []byte, mediaType string, ok bool) {
	t.Helper()
	response := httptest.NewRecorder()
	url := "/v2/" + repository + "/manifests/" + ref
	r.handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))
	if response.Code == http.StatusNotFound {
		return nil, "", false
	}
	assert.Equal(t, response.Code, http.StatusOK)
	return response.Body.Bytes(), response.Header().Get("Content-Type"), true
}

// digestAt is what a tag holds; empty: nothing.
func (r *fakeRegistry) digestAt(t *testing.T, repository, tag string) digest.Digest {
	t.Helper()
	body, _, ok := r.read(t, repository, tag)
	if !ok {
		return ""
	}
	return digest.FromBytes(body)
}

// write puts a manifest there, past everything that wrap does.
func (r *fakeRegistry) write(t *testing.T, repository, ref, mediaType string, body []byte) {
	t.Helper()
	url := "/v2/" + repository + "/manifests/" + ref
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(body))
	request.Header.Set("Content-Type", mediaType)
	response := httptest.NewRecorder()
	r.handler.ServeHTTP(response, request)
	assert.Check(t, response.Code == http.StatusCreated, response.Body.String())
}

// assertServes checks that a tag serves exactly these platforms, and that every blob of each is there.
func (r *fakeRegistry) assertServes(t *testing.T, repository, tag string, platforms ...string) {
	t.Helper()
	body, _, ok := r.read(t, repository, tag)
	assert.Assert(t, ok, "there is no %s:%s", repository, tag)
	var index ocispec.Index
	assert.NilError(t, json.Unmarshal(body, &index))
	var served []string
	for _, entry := range index.Manifests {
		if entry.Platform.OS != "unknown" {
			served = append(served, entry.Platform.OS+"/"+entry.Platform.Architecture)
		}
		child, _, ok := r.read(t, repository, entry.Digest.String())
		assert.Assert(t, ok, "manifest %s is not there", entry.Digest)
		var m ocispec.Manifest
		assert.NilError(t, json.Unmarshal(child, &m))
		for _, blob := range append(m.Layers, m.Config) {
			response := httptest.NewRecorder()
			url := "/v2/" + repository + "/blobs/" + blob.Digest.String()
			r.handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodHead, url, nil))
			assert.Equal(t, response.Code, http.StatusOK, "blob %s is not there", blob.Digest)
		}
	}
	assert.DeepEqual(t, served, platforms)
}

// steady replaces what differs from run to run: digests and the address of the registry.
func (r *fakeRegistry) steady(text string) string {
	text = regexp.MustCompile(`sha256:[0-9a-f]{64}`).ReplaceAllString(text, "sha256:DIGEST")
	text = regexp.MustCompile(`sha256:[0-9a-f]{12}\b`).ReplaceAllString(text, "sha256:............")
	return strings.ReplaceAll(text, r.host, "HOST")
}
