package inventory_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// entry is one entry of a layer.
type entry struct {
	tar.Header
	body string
}

func file(name, body string) entry {
	return entry{tar.Header{Name: name, Mode: 0o644, Size: int64(len(body)), Typeflag: tar.TypeReg}, body}
}

func program(name, body string) entry {
	e := file(name, body)
	e.Mode = 0o755
	return e
}

func folder(name string) entry {
	return entry{Header: tar.Header{Name: name + "/", Mode: 0o755, Typeflag: tar.TypeDir}}
}

func symlink(name, target string) entry {
	return entry{Header: tar.Header{Name: name, Linkname: target, Mode: 0o777, Typeflag: tar.TypeSymlink}}
}

func hardlink(name, target string) entry {
	return entry{Header: tar.Header{Name: name, Linkname: target, Typeflag: tar.TypeLink}}
}

// archive is a layer, compressed as most are.
func archive(tb testing.TB, entries ...entry) []byte {
	tb.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for _, e := range entries {
		assert.NilError(tb, w.WriteHeader(&e.Header))
		_, err := io.WriteString(w, e.body)
		assert.NilError(tb, err)
	}
	assert.NilError(tb, w.Close())
	assert.NilError(tb, zip.Close())
	return out.Bytes()
}

// images is where images are made.
type images struct {
	testing.TB
	store content.Store
}

func newImages(tb testing.TB) images {
	tb.Helper()
	store, err := local.NewStore(tb.TempDir())
	assert.NilError(tb, err)
	return images{tb, store}
}

func (i images) blob(mediaType string, body []byte) ocispec.Descriptor {
	i.Helper()
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	err := content.WriteBlob(i.Context(), i.store, desc.Digest.String(), bytes.NewReader(body), desc)
	assert.NilError(i, err)
	return desc
}

// image makes one of layers, with the lowest first.
func (i images) image(layers ...[]byte) ocispec.Descriptor {
	i.Helper()
	body, err := json.Marshal(ocispec.Image{})
	assert.NilError(i, err)
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: i.blob(ocispec.MediaTypeImageConfig, body),
	}
	for _, layer := range layers {
		m.Layers = append(m.Layers, i.blob(ocispec.MediaTypeImageLayerGzip, layer))
	}
	body, err = json.Marshal(m)
	assert.NilError(i, err)
	return i.blob(m.MediaType, body)
}
