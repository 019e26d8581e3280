package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/distribution/reference"
	digest "github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// openStore opens a store that is closed when the test ends.
func openStore(t *testing.T, root string) *store.Store {
	t.Helper()
	s, err := store.Open(root)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, s.Close()) })
	return s
}

// newRoot is the path of a store folder that does not exist yet.
func newRoot(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "multiplat", "store")
}

func draftName(t *testing.T, name string) reference.NamedTagged {
	t.Helper()
	named, err := reference.ParseNormalizedNamed(name)
	assert.NilError(t, err)
	return named.(reference.NamedTagged)
}

func parsePlatforms(t *testing.T, values ...string) []ocispec.Platform {
	t.Helper()
	parsed, err := platform.Parse(values)
	assert.NilError(t, err)
	return parsed
}

// blobPath is the file of a blob.
func blobPath(root string, dgst digest.Digest) string {
	return filepath.Join(root, "blobs", dgst.Algorithm().String(), dgst.Encoded())
}

// truncateBlob cuts the last byte off a blob, as a full disk may.
func truncateBlob(t *testing.T, root string, dgst digest.Digest) {
	t.Helper()
	path := blobPath(root, dgst)
	body, err := os.ReadFile(path)
	assert.NilError(t, err)
	assert.NilError(t, os.Chmod(path, 0o600))
	assert.NilError(t, os.WriteFile(path, body[:len(body)-1], 0o600))
}

// writeJSON stores a document.
func writeJSON(t *testing.T, s *store.Store, mediaType string, document any) ocispec.Descriptor {
	t.Helper()
	body, err := json.Marshal(document)
	assert.NilError(t, err)
	desc, err := s.WriteBlob(t.Context(), mediaType, body)
	assert.NilError(t, err)
	return desc
}

// writeImage stores a small image with an attestation the way a solve does: through the shared content store.
func writeImage(t *testing.T, s *store.Store, platform string) manifest.Image {
	t.Helper()
	p := parsePlatforms(t, platform)[0]
	layer := []byte("layer of " + platform)
	layerDesc := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageLayer, Digest: digest.FromBytes(layer), Size: int64(len(layer)),
	}
	ref := "layer-" + layerDesc.Digest.String()
	assert.NilError(t, content.WriteBlob(t.Context(), s.Content(), ref, bytes.NewReader(layer), layerDesc))
	config := writeJSON(t, s, ocispec.MediaTypeImageConfig, ocispec.Image{
		Platform: p,
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{layerDesc.Digest}},
	})
	img := manifest.Image{Platform: p, Manifest: writeJSON(t, s, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    config,
		Layers:    []ocispec.Descriptor{layerDesc},
	})}
	attested, err := manifest.AddStatement(nil, img.Manifest, "https://slsa.dev/provenance/v1", []byte(platform))
	assert.NilError(t, err)
	for _, blob := range attested.New {
		_, err := s.WriteBlob(t.Context(), blob.Descriptor.MediaType, blob.Body)
		assert.NilError(t, err)
	}
	img.Attestation = &attested.Descriptor
	return img
}

// addImages stores images as a draft that was asked for exactly them.
func addImages(t *testing.T, s *store.Store, name string, platforms ...string) draft.Draft {
	t.Helper()
	imgs := make([]manifest.Image, 0, len(platforms))
	for _, platform := range platforms {
		imgs = append(imgs, writeImage(t, s, platform))
	}
	d, err := s.Update(t.Context(), draftName(t, name), func(d *draft.Draft) error {
		d.Platforms = parsePlatforms(t, platforms...)
		d.Images = imgs
		return nil
	})
	assert.NilError(t, err)
	return d
}

// entries reads index.json as any other tool would.
func entries(t *testing.T, root string) ocispec.Index {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(root, "index.json"))
	assert.NilError(t, err)
	var index ocispec.Index
	assert.NilError(t, json.Unmarshal(body, &index))
	return index
}

// manyBlobs are bytes that differ by i.
func manyBlobs(count, size int) [][]byte {
	blobs := make([][]byte, count)
	for i := range blobs {
		blobs[i] = bytes.Repeat([]byte(fmt.Sprintf("%08d", i)), size/8)
	}
	return blobs
}
