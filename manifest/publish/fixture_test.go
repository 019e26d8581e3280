package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// memory is a local store of blobs by digest.
type memory map[digest.Digest][]byte

var _ content.Provider = memory{}

type memoryReader struct{ *bytes.Reader }

func (memoryReader) Close() error { return nil }

// ReaderAt implements content.Provider.
func (m memory) ReaderAt(_ context.Context, desc ocispec.Descriptor) (content.ReaderAt, error) {
	body, ok := m[desc.Digest]
	if !ok {
		return nil, cerrdefs.ErrNotFound
	}
	return memoryReader{bytes.NewReader(body)}, nil
}

// add stores body and describes it.
func (m memory) add(mediaType string, body []byte) ocispec.Descriptor {
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	m[desc.Digest] = body
	return desc
}

func (m memory) addJSON(t *testing.T, mediaType string, value any) ocispec.Descriptor {
	t.Helper()
	body, err := json.Marshal(value)
	assert.NilError(t, err)
	return m.add(mediaType, body)
}

// image adds an image manifest of one platform: a config, a layer of its own and
// one all platforms share.
func (m memory) image(t *testing.T, arch, text string) ocispec.Descriptor {
	t.Helper()
	platform := ocispec.Platform{OS: "linux", Architecture: arch}
	desc := m.addJSON(t, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    m.addJSON(t, ocispec.MediaTypeImageConfig, ocispec.Image{Platform: platform, Author: text}),
		Layers: []ocispec.Descriptor{
			m.add(ocispec.MediaTypeImageLayerGzip, []byte(strings.Repeat("shared by all", 2_000))),
			m.add(ocispec.MediaTypeImageLayerGzip, []byte("layer of "+arch+" "+text)),
		},
	})
	desc.Platform = &platform
	return desc
}

// attestation adds an attestation manifest of BuildKit's shape for an image.
func (m memory) attestation(t *testing.T, image ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	image.Platform = nil
	desc := m.addJSON(t, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned:    specs.Versioned{SchemaVersion: 2},
		MediaType:    ocispec.MediaTypeImageManifest,
		ArtifactType: "application/vnd.docker.attestation.manifest.v1+json",
		Config:       m.add(ocispec.MediaTypeEmptyJSON, []byte("{}")),
		Layers:       []ocispec.Descriptor{m.add("application/vnd.in-toto+json", []byte(`{"of":"`+image.Digest+`"}`))},
		Subject:      &image,
	})
	desc.Platform = &ocispec.Platform{OS: "unknown", Architecture: "unknown"}
	desc.Annotations = map[string]string{
		"vnd.docker.reference.type":   "attestation-manifest",
		"vnd.docker.reference.digest": image.Digest.String(),
	}
	return desc
}

// publication adds an index of these platforms, with attestations and arch tags.
// Text makes its content differ from others.
func (m memory) publication(t *testing.T, text string, archs ...string) Request {
	t.Helper()
	p := Request{Tags: []string{"1"}}
	var images, attestations []ocispec.Descriptor
	for _, arch := range archs {
		image := m.image(t, arch, text)
		images = append(images, image)
		attestations = append(attestations, m.attestation(t, image))
		p.ArchTags = append(p.ArchTags, NamedManifest{Tag: "1--" + arch, Manifest: image})
	}
	p.Index = m.index(t, append(images, attestations...)...)
	return p
}

func (m memory) index(t *testing.T, entries ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	return m.addJSON(t, ocispec.MediaTypeImageIndex, ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageIndex,
		Manifests: entries,
	})
}

// rushedClock passes the time at once that somebody wants to wait.
type rushedClock struct {
	mu  sync.Mutex
	now time.Time
}

var _ registry.Clock = (*rushedClock)(nil)

func (c *rushedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *rushedClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	ch := make(chan time.Time, 1)
	ch <- c.now
	return ch
}

// openRepository signs in at the proxy.
func openRepository(t *testing.T, proxy *registrytest.Registry) *registry.Repository {
	t.Helper()
	name, err := reference.ParseNormalizedNamed(proxy.Host() + "/team/app")
	assert.NilError(t, err)
	client := registry.New(registry.WithClock(&rushedClock{now: time.Now()}))
	repo, err := client.Repository(t.Context(), name, registry.Push)
	assert.NilError(t, err)
	return repo
}

// display records progress.
type display struct {
	mu       sync.Mutex
	statuses []*client.SolveStatus
}

func (d *display) Write(s *client.SolveStatus) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.statuses = append(d.statuses, s)
}

func (d *display) WriteBuildRef(string, string)              {}
func (d *display) ValidateLogSource(digest.Digest, any) bool { return true }
func (d *display) ClearLogSource(any)                        {}

// assertWhole checks that a tag holds the index and that all below it is in the
// repository, by reading it back.
func assertWhole(t *testing.T, repo *registry.Repository, tag string, want ocispec.Descriptor) {
	t.Helper()
	desc, body, err := repo.Resolve(t.Context(), tag)
	assert.NilError(t, err)
	assert.Equal(t, desc.Digest, want.Digest)
	var index ocispec.Index
	assert.NilError(t, json.Unmarshal(body, &index))
	for _, entry := range index.Manifests {
		_, body, err := repo.Resolve(t.Context(), entry.Digest.String())
		assert.NilError(t, err)
		var m ocispec.Manifest
		assert.NilError(t, json.Unmarshal(body, &m))
		for _, blob := range append(m.Layers, m.Config) {
			_, err := repo.Fetch(t.Context(), blob)
			assert.NilError(t, err)
		}
	}
}

// write puts a manifest behind the proxy's back.
func write(t *testing.T, next http.Handler, path, mediaType string, body []byte) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPut, path, bytes.NewReader(body))
	req.Header.Set("Content-Type", mediaType)
	next.ServeHTTP(httptest.NewRecorder(), req)
}
