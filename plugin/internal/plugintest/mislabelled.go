package plugintest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// Mislabelled puts a plain image under a tag whose config says one platform, and whose program is of another.
func (r *Registry) Mislabelled(t *testing.T, tag string, says, has ocispec.Platform) ocispec.Descriptor {
	t.Helper()
	config, err := json.Marshal(ocispec.Image{Platform: says, Config: ocispec.ImageConfig{Cmd: []string{"/app"}}})
	assert.NilError(t, err)
	return r.Manifest(t, "team/app", tag, ocispec.Manifest{
		Config: r.Blob(t, "team/app", ocispec.MediaTypeImageConfig, config),
		Layers: []ocispec.Descriptor{
			r.Blob(t, "team/app", ocispec.MediaTypeImageLayer, LayerOf(t, has, "of "+has.Architecture)),
		},
	})
}

// LayersOf are the layers of an image of team/app.
func (r *Registry) LayersOf(t *testing.T, image ocispec.Descriptor) []ocispec.Descriptor {
	t.Helper()
	body, _, ok := r.Read(t, "team/app", image.Digest.String())
	assert.Assert(t, ok)
	var m ocispec.Manifest
	assert.NilError(t, json.Unmarshal(body, &m))
	return m.Layers
}

// Damage answers with other bytes of the same length for a blob of team/app from now on.
func (r *Registry) Damage(t *testing.T, blob ocispec.Descriptor) {
	t.Helper()
	path := "/v2/team/app/blobs/" + blob.Digest.String()
	r.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		if request.Method != http.MethodGet || request.URL.Path != path {
			return false
		}
		_, _ = w.Write(bytes.Repeat([]byte{'x'}, int(blob.Size)))
		return true
	})
}
