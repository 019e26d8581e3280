//go:build e2e

package e2e

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Each platform has one attestation manifest; it holds BuildKit's provenance and SBOM and the test record, all about
// exactly this image, and buildx finds them.
func TestAttestationsArePublished(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", app)
		s.write("greeting", "hello\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		repository := s.repository("app")

		s.run("build", "--test-local", "--sbom", "-t", repository+":with", ".").succeeds(t)
		s.run("publish", repository+":with").succeeds(t)
		s.run("build", "--test-local", "--provenance=false", "-t", repository+":without", ".").succeeds(t)
		s.run("publish", repository+":without").succeeds(t)

		assert.DeepEqual(t, s.predicates(t, "with"), []string{
			"https://in-toto.io/attestation/test-result/v0.1", "https://slsa.dev/provenance/v1", "https://spdx.dev/Document",
		})
		assert.DeepEqual(t, s.predicates(t, "without"), []string{"https://in-toto.io/attestation/test-result/v0.1"})

		for field, word := range map[string]string{"Provenance": "buildDefinition", "SBOM": "./greeting"} {
			seen := s.docker("buildx", "imagetools", "inspect", repository+":with", "--format", "{{json ."+field+"}}").
				succeeds(t)
			var platforms map[string]json.RawMessage
			assert.NilError(t, json.Unmarshal([]byte(seen.Stdout), &platforms))
			for _, platform := range []string{"linux/amd64", "linux/arm64"} {
				assert.Assert(t, is.Contains(string(platforms[platform]), word), "%s of %s", field, platform)
			}
		}
		s.run("verify", "--require-tested", "--deep", repository+":with").succeeds(t)
	}, containerdStore)
}

// predicates lists the predicate types of a tag's attestations, which must be the same for each of its images.
func (s *scenario) predicates(t *testing.T, tag string) []string {
	t.Helper()
	repository := s.repository("app")
	index, _ := s.registry.index(t, repository, tag)
	attestations := attestationsOf(index)
	assert.Equal(t, len(attestations), len(imagesOf(index)))
	var all []string
	for _, image := range imagesOf(index) {
		entries := attestations[image.Digest.String()]
		assert.Equal(t, len(entries), 1)
		doc, ok := s.registry.manifest(t, repository, entries[0].Digest.String())
		assert.Assert(t, ok)
		kinds := s.statements(t, doc.Body, image)
		if all == nil {
			all = kinds
		}
		assert.DeepEqual(t, kinds, all)
	}
	return all
}

// statements reads every statement of an attestation manifest and checks whom it is about.
func (s *scenario) statements(t *testing.T, body []byte, image ocispec.Descriptor) []string {
	t.Helper()
	var m ocispec.Manifest
	assert.NilError(t, json.Unmarshal(body, &m))
	assert.Assert(t, m.Subject != nil)
	assert.Equal(t, m.Subject.Digest, image.Digest)
	kinds := map[string]bool{}
	for _, layer := range m.Layers {
		var statement struct {
			PredicateType string
			Subject       []struct{ Digest map[string]string }
		}
		assert.NilError(t, json.Unmarshal(s.registry.blob(t, s.repository("app"), layer.Digest), &statement))
		assert.Equal(t, statement.PredicateType, layer.Annotations[predicateType])
		for _, subject := range statement.Subject {
			assert.Equal(t, subject.Digest["sha256"], strings.TrimPrefix(image.Digest.String(), "sha256:"))
		}
		kinds[statement.PredicateType] = true
	}
	return slices.Sorted(maps.Keys(kinds))
}
