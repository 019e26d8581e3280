package plugin

import (
	"fmt"
	"math"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Layers that have less than nothing, or more than can be counted, are not added up.
func TestInspectSizesOfAHostileRegistry(t *testing.T) {
	for _, sizes := range [][]int64{{100, -1}, {math.MaxInt64, math.MaxInt64}} {
		fake, near := newFakeCLI(t), newFakeRegistry(t)
		m := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest}
		m.SchemaVersion = 2
		m.Config = ocispec.Descriptor{MediaType: ocispec.MediaTypeImageConfig, Digest: digest.FromString("c"), Size: 1}
		for _, size := range sizes {
			m.Layers = append(m.Layers, ocispec.Descriptor{
				MediaType: ocispec.MediaTypeImageLayerGzip, Digest: digest.FromString("l"), Size: size,
			})
		}
		body := plugintest.Marshalled(t, m)
		image := ocispec.Descriptor{
			MediaType: m.MediaType, Digest: digest.FromBytes(body), Size: int64(len(body)),
			Platform: &ocispec.Platform{OS: "linux", Architecture: "amd64"},
		}
		near.Write(t, "team/app", image.Digest.String(), m.MediaType, body)
		index := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex, Manifests: []ocispec.Descriptor{image}}
		index.SchemaVersion = 2
		near.Write(t, "team/app", "1", index.MediaType, plugintest.Marshalled(t, index))
		err := fake.run(t, "inspect", "--remote", near.Host+"/team/app:1")
		assert.ErrorIs(t, err, manifest.ErrIndex)
		assert.ErrorContains(t, err, fmt.Sprintf("has size %d", sizes[1]))
	}
}
