package layout_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/layout"
)

// folder is a layout on disk that a test writes.
type folder string

// newFolder makes a layout of no images.
func newFolder(t *testing.T) folder {
	t.Helper()
	f := folder(t.TempDir())
	f.write(t, ocispec.ImageLayoutFile, []byte(`{"imageLayoutVersion":"1.0.0"}`))
	f.writeIndex(t)
	return f
}

// write puts a file into the folder.
func (f folder) write(t *testing.T, name string, body []byte) {
	t.Helper()
	path := filepath.Join(string(f), name)
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	assert.NilError(t, os.WriteFile(path, body, 0o600))
}

// writeIndex replaces index.json.
func (f folder) writeIndex(t *testing.T, entries ...ocispec.Descriptor) {
	t.Helper()
	body, err := json.Marshal(ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, Manifests: entries})
	assert.NilError(t, err)
	f.write(t, ocispec.ImageIndexFile, body)
}

// blob puts bytes there and describes them.
func (f folder) blob(t *testing.T, mediaType, body string) ocispec.Descriptor {
	t.Helper()
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromString(body), Size: int64(len(body))}
	f.write(t, f.path(desc.Digest), []byte(body))
	return desc
}

// path is where a blob is, below the folder.
func (folder) path(dgst digest.Digest) string {
	return filepath.Join(ocispec.ImageBlobsDir, dgst.Algorithm().String(), dgst.Encoded())
}

// open opens the layout, which has to be one.
func (f folder) open(t *testing.T) *layout.Layout {
	t.Helper()
	l, err := layout.Open(string(f))
	assert.NilError(t, err)
	return l
}

// tagged is a descriptor with one annotation.
func tagged(desc ocispec.Descriptor, key, value string) ocispec.Descriptor {
	desc.Annotations = map[string]string{key: value}
	return desc
}
