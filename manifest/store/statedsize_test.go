package store_test

import (
	"bytes"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// A document that states another size than a blob has does not have it removed: what hashes to its name is whole.
func TestStatedSizeDropsNothing(t *testing.T) {
	s := openStore(t, newRoot(t))
	whole, err := s.WriteBlob(t.Context(), ocispec.MediaTypeImageLayer, bytes.Repeat([]byte("layer"), 1<<20))
	assert.NilError(t, err)
	wrong := whole
	wrong.Size = 99
	_, err = s.Content().Writer(t.Context(), content.WithRef("x"), content.WithDescriptor(wrong))
	assert.Check(t, cerrdefs.IsAlreadyExists(err), "%v", err)
	assert.Check(t, s.CheckWhole(t.Context(), whole))

	_, err = s.WriteBlob(t.Context(), ocispec.MediaTypeImageLayer, bytes.Repeat([]byte("layer"), 1<<20))
	assert.NilError(t, err)
	lying := writeJSON(t, s, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		MediaType: ocispec.MediaTypeImageManifest, Layers: []ocispec.Descriptor{wrong},
		Config: writeJSON(t, s, ocispec.MediaTypeImageConfig, ocispec.Image{}),
	})
	_, err = s.Update(t.Context(), draftName(t, "app:1"), func(d *draft.Draft) error {
		d.Platforms = parsePlatforms(t, "linux/amd64")
		d.Images = []manifest.Image{{Platform: d.Platforms[0], Manifest: lying}}
		return nil
	})
	assert.NilError(t, err)
	dropped, err := s.Mend(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, dropped, 0)
	assert.NilError(t, s.CheckWhole(t.Context(), whole))
}
