package publish

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// What stands between and leaves the attestations out of an index is no publisher that added to it: the tag does not hold
// what was published, and that is said.
func TestPublishAttestationsLeftOut(t *testing.T) {
	proxy, store := registrytest.New(t), memory{}
	p := store.publication(t, "a", "amd64", "arm64")
	proxy.On(http.MethodPut, "/manifests/1$", 0, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		var index ocispec.Index
		if json.NewDecoder(r.Body).Decode(&index) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		index.Manifests = slices.DeleteFunc(index.Manifests, manifest.IsAttestation)
		body, _ := json.Marshal(index) //nolint:errchkjson // it was JSON
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		next.ServeHTTP(w, r)
	})
	_, err := Publish(t.Context(), openRepository(t, proxy), store, p, nil)
	assert.ErrorIs(t, err, ErrReplaced)
	assert.ErrorContains(t, err, "without the attestations of linux/amd64, linux/arm64")
}

// Another publisher may have attested the same image anew.
func TestPublishAttestedAnew(t *testing.T) {
	store := memory{}
	image := store.image(t, "amd64", "a")
	first := store.attestation(t, image)
	second := first
	second.Digest = store.add(first.MediaType, []byte("{}")).Digest
	c := contents{children: []child{{desc: image}, {desc: first}}}
	body := store[store.index(t, image, second).Digest]
	assert.Equal(t, len(c.missingIn("", body)), 0)
}
