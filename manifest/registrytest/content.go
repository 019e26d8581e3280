package registrytest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// ask asks the registry behind the faults.
func (r *Registry) ask(
	t *testing.T, method, url string, body []byte, headers ...string,
) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	for _, header := range headers {
		key, value, _ := strings.Cut(header, ": ")
		request.Header.Set(key, value)
	}
	answer := httptest.NewRecorder()
	r.Handler.ServeHTTP(answer, request)
	return answer
}

// Read returns the manifest at REPOSITORY and a tag or digest, as any client sees it; ok is false for none.
func (r *Registry) Read(t *testing.T, repository, ref string) (body []byte, mediaType string, ok bool) {
	t.Helper()
	answer := r.ask(t, http.MethodGet, "/v2/"+repository+"/manifests/"+ref, nil)
	if answer.Code == http.StatusNotFound {
		return nil, "", false
	}
	assert.Equal(t, answer.Code, http.StatusOK)
	return answer.Body.Bytes(), answer.Header().Get("Content-Type"), true
}

// DigestAt is what a tag holds; empty: nothing.
func (r *Registry) DigestAt(t *testing.T, repository, tag string) digest.Digest {
	t.Helper()
	body, _, ok := r.Read(t, repository, tag)
	if !ok {
		return ""
	}
	return digest.FromBytes(body)
}

// Write puts a manifest there, past all faults.
func (r *Registry) Write(t *testing.T, repository, ref, mediaType string, body []byte) {
	t.Helper()
	url := "/v2/" + repository + "/manifests/" + ref
	answer := r.ask(t, http.MethodPut, url, body, "Content-Type: "+mediaType)
	assert.Check(t, answer.Code == http.StatusCreated, answer.Body.String())
}

// AssertServes checks that a tag serves exactly these platforms, and that every blob of each is there.
func (r *Registry) AssertServes(t *testing.T, repository, tag string, platforms ...string) {
	t.Helper()
	body, _, ok := r.Read(t, repository, tag)
	assert.Assert(t, ok, "there is no %s:%s", repository, tag)
	var index ocispec.Index
	assert.NilError(t, json.Unmarshal(body, &index))
	var served []string
	for _, entry := range index.Manifests {
		if entry.Platform.OS != "unknown" {
			served = append(served, entry.Platform.OS+"/"+entry.Platform.Architecture)
		}
		child, _, ok := r.Read(t, repository, entry.Digest.String())
		assert.Assert(t, ok, "manifest %s is not there", entry.Digest)
		var m ocispec.Manifest
		assert.NilError(t, json.Unmarshal(child, &m))
		for _, blob := range append(m.Layers, m.Config) {
			answer := r.ask(t, http.MethodHead, "/v2/"+repository+"/blobs/"+blob.Digest.String(), nil)
			assert.Equal(t, answer.Code, http.StatusOK, "blob %s is not there", blob.Digest)
		}
	}
	assert.DeepEqual(t, served, platforms)
}

// Steady replaces what differs from run to run: digests and the address of a registry.
func Steady(text, host string) string {
	text = regexp.MustCompile(`sha256:[0-9a-f]{64}`).ReplaceAllString(text, "sha256:DIGEST")
	text = regexp.MustCompile(`sha256:[0-9a-f]{12}\b`).ReplaceAllString(text, "sha256:............")
	return strings.ReplaceAll(text, host, "HOST")
}
