//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// acceptManifests names every media type a manifest request may be answered with.
const acceptManifests = ocispec.MediaTypeImageIndex + ", " + ocispec.MediaTypeImageManifest +
	", application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"

// registryClient reads a registry over plain HTTP, as a witness that shares no code with what it judges.
type registryClient struct {
	host string
	http *http.Client
}

// document is a manifest or an index as the registry serves it.
type document struct {
	Body      []byte
	MediaType string
	Digest    digest.Digest // the registry's header, checked against the body
}

func newRegistryClient(host string) *registryClient {
	return &registryClient{host: host, http: &http.Client{Transport: &http.Transport{}}}
}

// manifest reads what a tag or digest of the repository names; ok is false if the registry has no such thing.
func (c *registryClient) manifest(t *testing.T, repository, reference string) (doc document, ok bool) {
	t.Helper()
	header, body, status := c.get(t, repository, "manifests/"+reference)
	if status == http.StatusNotFound {
		return document{}, false
	}
	assert.Equal(t, status, http.StatusOK, "manifest %s of %s: %s", reference, repository, body)
	id := digest.Digest(header.Get("Docker-Content-Digest"))
	doc = document{Body: body, MediaType: header.Get("Content-Type"), Digest: id}
	assert.Equal(t, doc.Digest, digest.FromBytes(body), "digest header of %s in %s", reference, repository)
	return doc, true
}

// index reads an index that has to be there.
func (c *registryClient) index(t *testing.T, repository, reference string) (ocispec.Index, digest.Digest) {
	t.Helper()
	doc, ok := c.manifest(t, repository, reference)
	assert.Assert(t, ok, "%s has no %s", repository, reference)
	var index ocispec.Index
	assert.NilError(t, json.Unmarshal(doc.Body, &index))
	assert.Equal(t, index.MediaType, doc.MediaType)
	return index, doc.Digest
}

// indexOrNone reads what a tag names where it is an index; ok is false for the image of one platform.
func (c *registryClient) indexOrNone(t *testing.T, repository, reference string) (index ocispec.Index, ok bool) {
	t.Helper()
	doc, there := c.manifest(t, repository, reference)
	if !there || doc.MediaType != ocispec.MediaTypeImageIndex {
		return index, false
	}
	assert.NilError(t, json.Unmarshal(doc.Body, &index))
	return index, true
}

// tags lists the tags of a repository, none if there is no such repository.
func (c *registryClient) tags(t *testing.T, repository string) []string {
	t.Helper()
	_, body, status := c.get(t, repository, "tags/list")
	if status == http.StatusNotFound {
		return nil
	}
	assert.Equal(t, status, http.StatusOK, "tags of %s: %s", repository, body)
	var list struct{ Tags []string }
	assert.NilError(t, json.Unmarshal(body, &list))
	return list.Tags
}

// blob reads a blob that has to be there and checks its bytes.
func (c *registryClient) blob(t *testing.T, repository string, id digest.Digest) []byte {
	t.Helper()
	_, body, status := c.get(t, repository, "blobs/"+id.String())
	assert.Equal(t, status, http.StatusOK, "blob %s of %s: %s", id, repository, body)
	assert.Equal(t, digest.FromBytes(body), id)
	return body
}

func (c *registryClient) get(t *testing.T, repository, path string) (http.Header, []byte, int) {
	t.Helper()
	url := fmt.Sprintf("http://%s/v2/%s/%s", c.host, repositoryPath(repository), path)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	assert.NilError(t, err)
	request.Header.Set("Accept", acceptManifests)
	response, err := c.http.Do(request)
	assert.NilError(t, err)
	body, err := io.ReadAll(response.Body)
	assert.NilError(t, err)
	assert.NilError(t, response.Body.Close())
	return response.Header, body, response.StatusCode
}

// repositoryPath drops the host of a repository name, by which a proxy's names and the registry's become the same.
func repositoryPath(repository string) string {
	host, path, found := strings.Cut(repository, "/")
	if found && strings.Contains(host, ":") {
		return path
	}
	return repository
}
