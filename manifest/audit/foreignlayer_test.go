package audit

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// A layer that is said not to be distributed is audited where it is there all the same: an engine takes it. Only one
// that is nowhere is a note.
func TestLayersThatMayNotBeDistributed(t *testing.T) {
	for _, mediaType := range []string{
		"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
	} {
		s := newShelf(t)
		plain := s.put(t, image{
			platform: "linux/arm64", layers: [][]byte{layerOf(t, exe("bin/app", x86().bytes(t)))},
			config: starting("/bin/app"),
		})
		body, err := content.ReadBlob(t.Context(), s, plain)
		assert.NilError(t, err)
		var m ocispec.Manifest
		assert.NilError(t, json.Unmarshal(body, &m))
		m.Layers[0].MediaType = mediaType
		image := s.addJSON(t, ocispec.MediaTypeImageManifest, m)
		report, err := New(s, nil).Audit(t.Context(), image, parsePlatform(t, "linux/arm64"), Globs{})
		assert.NilError(t, err)
		assert.Assert(t, strings.Contains(strings.Join(lines(report.Findings), "\n"), "x86-64 executable"), mediaType)

		assert.NilError(t, s.Delete(t.Context(), m.Layers[0].Digest))
		report, err = New(s, nil).Audit(t.Context(), image, parsePlatform(t, "linux/arm64"), Globs{})
		assert.NilError(t, err)
		assert.Assert(t, strings.Contains(strings.Join(lines(report.Findings), "\n"), "is not here, and not audited"))
	}
}
