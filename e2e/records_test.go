//go:build e2e

package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// records returns the test records of attestation manifests, one after the other.
func (s *scenario) records(t *testing.T, repository string, attestations []ocispec.Descriptor) string {
	t.Helper()
	var out strings.Builder
	for _, attestation := range attestations {
		doc, ok := s.registry.manifest(t, repository, attestation.Digest.String())
		assert.Assert(t, ok)
		var m ocispec.Manifest
		assert.NilError(t, json.Unmarshal(doc.Body, &m))
		for _, layer := range m.Layers {
			if strings.Contains(layer.Annotations[predicateType], "test-result") {
				out.Write(s.registry.blob(t, repository, layer.Digest))
			}
		}
	}
	return out.String()
}
