package publish

import (
	"strings"
	"testing"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// Distribution answers a manifest whose layers name addresses, as those of Windows do, as an unknown error: what of it
// the registry may not like is said. Of one without, it is not.
func TestLayersThatNameAddressesAreTold(t *testing.T) {
	for _, urls := range [][]string{nil, {"https://mcr.example/layer"}} {
		proxy, store := registrytest.New(t), memory{}
		layer := store.add(ocispec.MediaTypeImageLayerGzip, []byte("layer"))
		layer.URLs = urls
		image := store.addJSON(t, ocispec.MediaTypeImageManifest, ocispec.Manifest{
			Versioned: specs.Versioned{SchemaVersion: 2},
			MediaType: ocispec.MediaTypeImageManifest,
			Config:    store.add(ocispec.MediaTypeImageConfig, []byte("{}")),
			Layers:    []ocispec.Descriptor{layer},
		})
		image.Platform = &ocispec.Platform{OS: "windows", Architecture: "amd64"}
		unknown := `{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{}}]}`
		proxy.On("PUT", "/manifests/sha256", 0, registrytest.Status(500, unknown))
		_, err := Publish(t.Context(), openRepository(t, proxy), store, Request{
			Tags: []string{"1"}, Index: store.index(t, image),
		}, nil)
		assert.ErrorContains(t, err, "500 Internal Server Error: UNKNOWN: unknown error")
		said := strings.Contains(err.Error(), "its layer "+layer.Digest.String()+" names other addresses (urls)")
		assert.Equal(t, said, urls != nil, err.Error())
	}
}
