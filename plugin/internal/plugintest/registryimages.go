package plugintest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// Blob puts a blob into a repository.
func (r *Registry) Blob(t *testing.T, repository, mediaType string, body []byte) ocispec.Descriptor {
	t.Helper()
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	url := "/v2/" + repository + "/blobs/uploads/?digest=" + desc.Digest.String()
	response := httptest.NewRecorder()
	r.Handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body)))
	assert.Equal(t, response.Code, http.StatusCreated, response.Body.String())
	return desc
}

// Image puts a plain image under a tag, as `docker push` does; text makes it differ from others.
func (r *Registry) Image(t *testing.T, repository, tag, text string, p ocispec.Platform) ocispec.Descriptor {
	t.Helper()
	config, err := json.Marshal(ocispec.Image{Platform: p, Author: text})
	assert.NilError(t, err)
	return r.Manifest(t, repository, tag, ocispec.Manifest{
		Config: r.Blob(t, repository, ocispec.MediaTypeImageConfig, config),
		Layers: []ocispec.Descriptor{
			r.Blob(t, repository, ocispec.MediaTypeImageLayer, LayerOf(t, p, "layer of "+text+" for "+p.Architecture)),
		},
	})
}

// Manifest puts a manifest under a tag of team/app.
func (r *Registry) Manifest(t *testing.T, repository, tag string, m ocispec.Manifest) ocispec.Descriptor {
	t.Helper()
	m.Versioned, m.MediaType = specs.Versioned{SchemaVersion: 2}, ocispec.MediaTypeImageManifest
	body, err := json.Marshal(m)
	assert.NilError(t, err)
	r.Write(t, repository, tag, m.MediaType, body)
	return ocispec.Descriptor{MediaType: m.MediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
}

// Index reads the index under a tag of team/app.
func (r *Registry) Index(t *testing.T, tag string) ocispec.Index {
	t.Helper()
	body, mediaType, ok := r.Read(t, "team/app", tag)
	assert.Assert(t, ok, "there is no %s", tag)
	var index ocispec.Index
	assert.NilError(t, json.Unmarshal(body, &index))
	assert.Equal(t, index.MediaType, mediaType)
	return index
}

// Count records every request from now on.
func (r *Registry) Count() *RequestLog {
	log := &RequestLog{}
	r.Intercept(func(_ http.ResponseWriter, request *http.Request) bool {
		log.mu.Lock()
		defer log.mu.Unlock()
		log.Lines = append(log.Lines, request.Method+" "+request.URL.Path)
		if strings.Contains(request.URL.Path, "/blobs/uploads/") {
			request.Body = &countedBody{request.Body, &log.uploaded}
		}
		return false
	})
	return log
}

// RequestLog is what a registry was asked.
type RequestLog struct {
	mu       sync.Mutex
	Lines    []string
	uploaded atomic.Int64
}

// Uploaded are the bytes of blobs that were sent.
func (l *RequestLog) Uploaded() int64 { return l.uploaded.Load() }

// countedBody counts what is read of a request.
type countedBody struct {
	io.ReadCloser
	n *atomic.Int64
}

// Read implements io.Reader.
func (c *countedBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// Matching lists the requests that begin so.
func (l *RequestLog) Matching(prefix string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []string
	for _, line := range l.Lines {
		if strings.HasPrefix(line, prefix) {
			found = append(found, line)
		}
	}
	return found
}

// Linux is a platform of that system.
func Linux(arch, variant string) ocispec.Platform {
	return ocispec.Platform{OS: "linux", Architecture: arch, Variant: variant}
}

// Windows is windows/amd64 of a version.
func Windows(version string) ocispec.Platform {
	return ocispec.Platform{
		OS: "windows", Architecture: "amd64", OSVersion: version, OSFeatures: []string{"win32k"},
	}
}

// PlatformsListed lists the platforms of an index as docker prints them, with os.version.
func PlatformsListed(index ocispec.Index) []string {
	var out []string
	for _, entry := range index.Manifests {
		if p := entry.Platform; p.OS != "unknown" {
			out = append(out, strings.TrimSpace(strings.TrimSuffix(p.OS+"/"+p.Architecture+"/"+p.Variant, "/")+" "+p.OSVersion))
		}
	}
	return out
}

// Marshalled is a document as JSON.
func Marshalled(t *testing.T, document any) []byte {
	t.Helper()
	body, err := json.Marshal(document)
	assert.NilError(t, err)
	return body
}

// Forget answers 404 for a path from now on.
func (r *Registry) Forget(t *testing.T, path string) {
	t.Helper()
	r.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		if request.URL.Path != path {
			return false
		}
		w.WriteHeader(http.StatusNotFound)
		return true
	})
}

// IndexOf puts an index of one image under a tag.
func (r *Registry) IndexOf(
	t *testing.T, repository, tag string, image ocispec.Descriptor, p ocispec.Platform,
) ocispec.Descriptor {
	t.Helper()
	image.Platform = &p
	body := Marshalled(t, ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{image},
	})
	r.Write(t, repository, tag, ocispec.MediaTypeImageIndex, body)
	return ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageIndex, Digest: digest.FromBytes(body), Size: int64(len(body)),
	}
}

// LayerOf is the first layer of an image.
func (r *Registry) LayerOf(t *testing.T, repository string, image ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	body, _, ok := r.Read(t, repository, image.Digest.String())
	assert.Assert(t, ok)
	var m ocispec.Manifest
	assert.NilError(t, json.Unmarshal(body, &m))
	return m.Layers[0]
}

// HasBlob asks for a blob.
func (r *Registry) HasBlob(t *testing.T, repository string, desc ocispec.Descriptor) bool {
	t.Helper()
	response := httptest.NewRecorder()
	url := "/v2/" + repository + "/blobs/" + desc.Digest.String()
	r.Handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodHead, url, nil))
	return response.Code == http.StatusOK
}

// BlobAt is the text of a blob.
func (r *Registry) BlobAt(t *testing.T, repository, digest string) string {
	t.Helper()
	response := httptest.NewRecorder()
	url := "/v2/" + repository + "/blobs/" + digest
	r.Handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))
	assert.Equal(t, response.Code, http.StatusOK)
	return response.Body.String()
}
