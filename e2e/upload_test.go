//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// pushImage writes a small image whose config states a platform, as no build on this machine could make it.
func (c *registryClient) pushImage(t *testing.T, repository, tag string, p ocispec.Platform) {
	t.Helper()
	config, err := json.Marshal(ocispec.Image{Platform: p, RootFS: ocispec.RootFS{Type: "layers"}})
	assert.NilError(t, err)
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    c.pushBlob(t, repository, ocispec.MediaTypeImageConfig, config),
		Layers:    []ocispec.Descriptor{c.pushBlob(t, repository, ocispec.MediaTypeImageLayer, tarOf(t, tag))},
	}
	body, err := json.Marshal(m)
	assert.NilError(t, err)
	url := fmt.Sprintf("http://%s/v2/%s/manifests/%s", c.host, repositoryPath(repository), tag)
	c.send(t, http.MethodPut, url, m.MediaType, body)
}

// tarOf is a layer that holds an empty file of a name.
func tarOf(t *testing.T, name string) []byte {
	t.Helper()
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	assert.NilError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644}))
	assert.NilError(t, w.Close())
	return layer.Bytes()
}

func (c *registryClient) pushBlob(t *testing.T, repository, mediaType string, body []byte) ocispec.Descriptor {
	t.Helper()
	url := fmt.Sprintf("http://%s/v2/%s/blobs/uploads/", c.host, repositoryPath(repository))
	location := c.send(t, http.MethodPost, url, "", nil)
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	separator := "?"
	if strings.Contains(location, "?") {
		separator = "&"
	}
	c.send(t, http.MethodPut, location+separator+"digest="+desc.Digest.String(), "application/octet-stream", body)
	return desc
}

// send sends one request that has to succeed and returns the location of the answer.
func (c *registryClient) send(t *testing.T, method, url, contentType string, body []byte) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	assert.NilError(t, err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	assert.NilError(t, err)
	answer, err := io.ReadAll(response.Body)
	assert.NilError(t, err)
	assert.NilError(t, response.Body.Close())
	assert.Assert(t, response.StatusCode < 300, "%s %s: %s", method, url, answer)
	return response.Header.Get("Location")
}

// hasBlob asks for a blob.
func (c *registryClient) hasBlob(t *testing.T, repository, id string) bool {
	t.Helper()
	url := fmt.Sprintf("http://%s/v2/%s/blobs/%s", c.host, repositoryPath(repository), id)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, url, http.NoBody)
	assert.NilError(t, err)
	response, err := c.http.Do(request)
	assert.NilError(t, err)
	assert.NilError(t, response.Body.Close())
	return response.StatusCode == http.StatusOK
}
