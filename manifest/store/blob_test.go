package store_test

import (
	"os"
	"testing"

	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

func TestWriteBlob(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	want := ocispec.Descriptor{MediaType: "text/plain", Digest: digest.FromString("blob"), Size: 4}
	for range 2 {
		got, err := s.WriteBlob(t.Context(), "text/plain", []byte("blob"))
		assert.NilError(t, err)
		assert.DeepEqual(t, got, want)
	}
	body, err := os.ReadFile(blobPath(root, want.Digest))
	assert.NilError(t, err)
	assert.Equal(t, string(body), "blob")
}

func TestWriteBlobAtOnce(t *testing.T) {
	root := newRoot(t)
	var group errgroup.Group
	for range 2 {
		s := openStore(t, root)
		for range 8 {
			group.Go(func() error {
				for _, body := range manyBlobs(10, 4096) {
					desc, err := s.WriteBlob(t.Context(), "text/plain", body)
					if err != nil {
						return err
					}
					if _, err := s.ReadBlob(t.Context(), desc); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	assert.NilError(t, group.Wait())
}

func TestReadBlobRefuses(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	good, err := s.WriteBlob(t.Context(), "text/plain", []byte("blob"))
	assert.NilError(t, err)
	changed, err := s.WriteBlob(t.Context(), "text/plain", []byte("abcd"))
	assert.NilError(t, err)
	assert.NilError(t, os.Chmod(blobPath(root, changed.Digest), 0o600))
	assert.NilError(t, os.WriteFile(blobPath(root, changed.Digest), []byte("abce"), 0o600))
	short, err := s.WriteBlob(t.Context(), "text/plain", []byte("truncated"))
	assert.NilError(t, err)
	truncateBlob(t, root, short.Digest)
	missing := ocispec.Descriptor{Digest: digest.FromString("missing"), Size: 7}
	inline := missing
	inline.Data = []byte("missing")
	for _, tc := range []struct {
		desc ocispec.Descriptor
		want string
	}{
		{changed, "its bytes have digest " + digest.FromString("abce").String()},
		{short, "it has 8 bytes, not 9"},
		{missing, "not found"},
		{inline, "not found"},
		{ocispec.Descriptor{Digest: good.Digest, Size: 3}, "it has 4 bytes, not 3"},
		{ocispec.Descriptor{Digest: good.Digest, Size: 5 << 20}, "it has 4 bytes, not 5242880"},
		{ocispec.Descriptor{Digest: "sha256:../../index.json", Size: 3}, "invalid"},
		{ocispec.Descriptor{}, "invalid"},
	} {
		_, err := s.ReadBlob(t.Context(), tc.desc)
		assert.ErrorIs(t, err, store.ErrCorrupt)
		assert.ErrorContains(t, err, tc.want)
		assert.ErrorContains(t, err, tc.desc.Digest.String())
	}
	large, err := s.WriteBlob(t.Context(), "text/plain", make([]byte, 5<<20))
	assert.NilError(t, err)
	_, err = s.ReadBlob(t.Context(), large)
	assert.ErrorContains(t, err, "5242880 bytes, more than 4194304")
}

func TestImage(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	img := writeImage(t, s, "linux/arm/v7")
	found, config, err := s.Image(t.Context(), img.Manifest)
	assert.NilError(t, err)
	assert.Equal(t, len(found.Layers), 1)
	assert.Equal(t, config.Architecture+config.Variant, "armv7")

	index := img.Manifest
	index.MediaType = ocispec.MediaTypeImageIndex
	_, _, err = s.Image(t.Context(), index)
	assert.ErrorContains(t, err, "its media type is")

	truncateBlob(t, root, found.Config.Digest)
	_, _, err = s.Image(t.Context(), img.Manifest)
	assert.ErrorIs(t, err, store.ErrCorrupt)
	assert.ErrorContains(t, err, found.Config.Digest.String())

	garbage, err := s.WriteBlob(t.Context(), ocispec.MediaTypeImageManifest, []byte("{"))
	assert.NilError(t, err)
	_, _, err = s.Image(t.Context(), garbage)
	assert.ErrorIs(t, err, store.ErrCorrupt)
}

func TestCheckComplete(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	d := addImages(t, s, "app:1", "linux/amd64", "linux/arm64")
	assert.NilError(t, s.CheckComplete(t.Context(), d.Index))
	image, _, err := s.Image(t.Context(), d.Images[1].Manifest)
	assert.NilError(t, err)
	attested, _, err := s.Image(t.Context(), *d.Images[1].Attestation)
	assert.NilError(t, err)
	for _, desc := range []ocispec.Descriptor{
		d.Images[1].Manifest, image.Config, image.Layers[0], *d.Images[1].Attestation, attested.Config, attested.Layers[0],
		d.Index,
	} {
		for name, damage := range map[string]func(path string) error{
			"missing":   os.Remove,
			"truncated": func(path string) error { return os.WriteFile(path, nil, 0o600) },
		} {
			path := blobPath(root, desc.Digest)
			body, err := os.ReadFile(path)
			assert.NilError(t, err)
			assert.NilError(t, os.Chmod(path, 0o600))
			assert.NilError(t, damage(path))
			err = s.CheckComplete(t.Context(), d.Index)
			assert.ErrorIs(t, err, store.ErrCorrupt, name)
			assert.ErrorContains(t, err, desc.Digest.String(), name)
			assert.NilError(t, os.WriteFile(path, body, 0o600))
			assert.NilError(t, s.CheckComplete(t.Context(), d.Index))
		}
	}
}

func TestCompleteForeignLayer(t *testing.T) {
	s := openStore(t, newRoot(t))
	config := writeJSON(t, s, ocispec.MediaTypeImageConfig, ocispec.Image{})
	foreign := ocispec.Descriptor{
		MediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Digest: digest.FromString("base"), Size: 9,
	}
	img := writeJSON(t, s, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Config: config,
		Layers: []ocispec.Descriptor{foreign},
	})
	img.Platform = &ocispec.Platform{OS: "windows", Architecture: "amd64"}
	index := ocispec.Index{Manifests: []ocispec.Descriptor{img}}
	index.SchemaVersion = 2
	assert.NilError(t, s.CheckComplete(t.Context(), writeJSON(t, s, ocispec.MediaTypeImageIndex, index)))
	size, err := s.ArchiveSize(t.Context(), img)
	assert.NilError(t, err)
	assert.Equal(t, size, img.Size+config.Size)
}

func TestCompleteRefusesManifest(t *testing.T) {
	s := openStore(t, newRoot(t))
	err := s.CheckComplete(t.Context(), writeImage(t, s, "linux/amd64").Manifest)
	assert.ErrorIs(t, err, store.ErrCorrupt)
}
