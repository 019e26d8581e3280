package store_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// readArchive returns the files of a tar.
func readArchive(t *testing.T, r io.Reader) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for archived := tar.NewReader(r); ; {
		header, err := archived.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		assert.NilError(t, err)
		if header.Typeflag == tar.TypeReg {
			files[header.Name], err = io.ReadAll(archived)
			assert.NilError(t, err)
		}
	}
}

func TestArchive(t *testing.T) {
	s := openStore(t, newRoot(t))
	d := addImages(t, s, "me/app:1.0", "linux/amd64", "linux/arm/v7")
	image := d.Images[1].Manifest
	found, _, err := s.Image(t.Context(), image)
	assert.NilError(t, err)

	var buffer bytes.Buffer
	assert.NilError(t, s.Archive(t.Context(), &buffer, image, "me/app:1.0--armv7"))
	files := readArchive(t, &buffer)
	blobs := int64(0)
	for name, body := range files {
		if encoded, ok := strings.CutPrefix(name, "blobs/sha256/"); ok {
			assert.Equal(t, digest.FromBytes(body).Encoded(), encoded)
			blobs += int64(len(body))
		}
	}
	assert.Equal(t, len(files), 3+3, "oci-layout, index.json, manifest.json; manifest, config, layer")
	size, err := s.ArchiveSize(t.Context(), image)
	assert.NilError(t, err)
	assert.Equal(t, size, blobs)

	var index ocispec.Index
	assert.NilError(t, json.Unmarshal(files["index.json"], &index))
	assert.Equal(t, len(index.Manifests), 1)
	assert.Equal(t, index.Manifests[0].Digest, image.Digest)
	assert.Equal(t, index.Manifests[0].MediaType, ocispec.MediaTypeImageManifest)
	assert.Equal(t, index.Manifests[0].Annotations["io.containerd.image.name"], "docker.io/me/app:1.0--armv7")
	assert.Equal(t, index.Manifests[0].Annotations["org.opencontainers.image.ref.name"], "1.0--armv7")

	var images []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	assert.NilError(t, json.Unmarshal(files["manifest.json"], &images))
	assert.Equal(t, len(images), 1)
	assert.DeepEqual(t, images[0].RepoTags, []string{"me/app:1.0--armv7"})
	assert.Equal(t, images[0].Config, "blobs/sha256/"+found.Config.Digest.Encoded())
	assert.DeepEqual(t, images[0].Layers, []string{"blobs/sha256/" + found.Layers[0].Digest.Encoded()})
}

func TestArchiveRefuses(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	d := addImages(t, s, "app:1", "linux/amd64")
	image := d.Images[0].Manifest
	var buffer bytes.Buffer
	assert.ErrorContains(t, s.Archive(t.Context(), &buffer, image, "UPPER"), `as "UPPER"`)
	assert.ErrorContains(t, s.Archive(t.Context(), &buffer, d.Index, "app:1"), "its media type is")
	found, _, err := s.Image(t.Context(), image)
	assert.NilError(t, err)
	truncateBlob(t, root, found.Layers[0].Digest)
	err = s.Archive(t.Context(), &buffer, image, "app:1")
	assert.ErrorIs(t, err, store.ErrCorrupt)
	assert.ErrorContains(t, err, found.Layers[0].Digest.String())
	assert.Equal(t, buffer.Len(), 0)
	truncateBlob(t, root, image.Digest)
	_, err = s.ArchiveSize(t.Context(), image)
	assert.ErrorIs(t, err, store.ErrCorrupt)
}

// A layer of the right size and with wrong bytes is noticed as it is written, and named.
func TestArchiveOfWrongBytes(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	image := addImages(t, s, "app:1", "linux/amd64").Images[0].Manifest
	found, _, err := s.Image(t.Context(), image)
	assert.NilError(t, err)
	path := blobPath(root, found.Layers[0].Digest)
	body, err := os.ReadFile(path)
	assert.NilError(t, err)
	assert.NilError(t, os.Chmod(path, 0o600))
	body[0] ^= 1
	assert.NilError(t, os.WriteFile(path, body, 0o600))
	err = s.Archive(t.Context(), io.Discard, image, "app:1")
	assert.ErrorIs(t, err, store.ErrCorrupt)
	assert.ErrorContains(t, err, found.Layers[0].Digest.String())
	assert.ErrorIs(t, s.CheckWhole(t.Context(), found.Layers[0]), store.ErrCorrupt)
	assert.NilError(t, s.CheckWhole(t.Context(), found.Config))
}

// cancelWriter ends a context once something is written.
type cancelWriter struct {
	cancel context.CancelFunc
}

func (w cancelWriter) Write(p []byte) (int, error) {
	w.cancel()
	return len(p), nil
}

func TestArchiveCancelled(t *testing.T) {
	s := openStore(t, newRoot(t))
	d := addImages(t, s, "app:1", "linux/amd64")
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Archive(ctx, cancelWriter{cancel: cancel}, d.Images[0].Manifest, "app:1")
	assert.Check(t, is.ErrorIs(err, context.Canceled))
}
