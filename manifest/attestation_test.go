package manifest_test

import (
	"encoding/json"
	"testing"

	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// testedImage is the subject of artifactManifest.
func testedImage() ocispec.Descriptor {
	return ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromString("image"), Size: 5,
		Platform:    &ocispec.Platform{OS: "linux", Architecture: "amd64"},
		Annotations: map[string]string{"a": "b"},
	}
}

func decodeManifest(t *testing.T, body []byte) ocispec.Manifest {
	t.Helper()
	var decoded ocispec.Manifest
	assert.NilError(t, json.Unmarshal(body, &decoded))
	return decoded
}

// assertConsistent checks what must hold of every attestation: all descriptors describe the bytes.
func assertConsistent(t *testing.T, got manifest.Attestation) {
	t.Helper()
	decoded := decodeManifest(t, got.Manifest)
	assert.Equal(t, decoded.Config.Digest, digest.FromBytes(got.Config))
	assert.Equal(t, decoded.Config.Size, int64(len(got.Config)))
	assert.Equal(t, got.Descriptor.Digest, digest.FromBytes(got.Manifest))
	assert.Equal(t, got.Descriptor.Size, int64(len(got.Manifest)))
	for _, blob := range got.New {
		assert.Equal(t, blob.Descriptor.Digest, digest.FromBytes(blob.Body))
		assert.Equal(t, blob.Descriptor.Size, int64(len(blob.Body)))
	}
	assert.DeepEqual(t, got.Descriptor.Platform, &ocispec.Platform{OS: "unknown", Architecture: "unknown"})
	assert.DeepEqual(t, got.Descriptor.Annotations, map[string]string{
		"vnd.docker.reference.type":   "attestation-manifest",
		"vnd.docker.reference.digest": testedImage().Digest.String(),
	})
}

func TestAddStatementFresh(t *testing.T) {
	statement := []byte(`{"a":1}`)
	got, err := manifest.AddStatement(nil, testedImage(), record.PredicateType, statement)
	assert.NilError(t, err)
	assertConsistent(t, got)
	assert.Equal(t, string(got.Config), "{}")
	assert.Equal(t, string(got.Manifest), `{
  "schemaVersion": 2,
  "mediaType": "application/vnd.oci.image.manifest.v1+json",
  "artifactType": "application/vnd.docker.attestation.manifest.v1+json",
  "config": {
    "mediaType": "application/vnd.oci.empty.v1+json",
    "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    "size": 2,
    "data": "e30="
  },
  "layers": [
    {
      "mediaType": "application/vnd.in-toto+json",
      "digest": "`+digest.FromBytes(statement).String()+`",
      "size": 7,
      "annotations": {
        "in-toto.io/predicate-type": "https://in-toto.io/attestation/test-result/v0.1"
      }
    }
  ],
  "subject": {
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "digest": "sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d",
    "size": 5
  }
}`)
	var kinds []string
	for _, blob := range got.New {
		kinds = append(kinds, blob.Descriptor.MediaType)
	}
	assert.DeepEqual(t, kinds, []string{
		"application/vnd.in-toto+json", "application/vnd.oci.empty.v1+json", "application/vnd.oci.image.manifest.v1+json",
	})
}

func TestAddStatementToArtifact(t *testing.T) {
	existing := manifest.Attestation{Manifest: []byte(artifactManifest)}
	got, err := manifest.AddStatement(&existing, testedImage(), record.PredicateType, []byte("one"))
	assert.NilError(t, err)
	assertConsistent(t, got)
	before, after := decodeManifest(t, existing.Manifest), decodeManifest(t, got.Manifest)
	assert.DeepEqual(t, after.Layers[:3], before.Layers)
	assert.Equal(t, len(after.Layers), 4)
	assert.DeepEqual(t, after.Subject, before.Subject)
	assert.Equal(t, after.ArtifactType, before.ArtifactType)
	assert.DeepEqual(t, after.Config, before.Config)
	assert.Equal(t, string(existing.Manifest), artifactManifest)
}

func TestAddStatementReplaces(t *testing.T) {
	existing := manifest.Attestation{Manifest: []byte(artifactManifest)}
	first, err := manifest.AddStatement(&existing, testedImage(), record.PredicateType, []byte("one"))
	assert.NilError(t, err)
	second, err := manifest.AddStatement(&first, testedImage(), record.PredicateType, []byte("two"))
	assert.NilError(t, err)
	assert.Equal(t, len(decodeManifest(t, second.Manifest).Layers), 4)
	predicates, err := manifest.Predicates(second.Manifest)
	assert.NilError(t, err)
	assert.Equal(t, predicates[record.PredicateType].Digest, digest.FromString("two"))

	again, err := manifest.AddStatement(&second, testedImage(), record.PredicateType, []byte("one"))
	assert.NilError(t, err)
	assert.Equal(t, string(again.Manifest), string(first.Manifest))
}

func TestAddStatementToImageShape(t *testing.T) {
	existing := manifest.Attestation{Manifest: []byte(imageManifest)}
	got, err := manifest.AddStatement(&existing, testedImage(), record.PredicateType, []byte("one"))
	assert.NilError(t, err)
	assertConsistent(t, got)
	after := decodeManifest(t, got.Manifest)
	assert.Assert(t, is.Nil(after.Subject))
	assert.Equal(t, after.ArtifactType, "")
	assert.Equal(t, after.Config.MediaType, ocispec.MediaTypeImageConfig)
	assert.Equal(t, string(got.Config), `{"architecture":"unknown","os":"unknown","config":{},"rootfs":{"type":"layers",`+
		`"diff_ids":["sha256:1111111111111111111111111111111111111111111111111111111111111111","`+
		digest.FromString("one").String()+`"]}}`)
}

func TestAddStatementRefuses(t *testing.T) {
	image := testedImage()
	other := manifest.Attestation{Manifest: []byte(imageManifest)}
	other.Descriptor.Annotations = map[string]string{"vnd.docker.reference.digest": digest.FromString("x").String()}
	anImage := `{"schemaVersion":2,"config":{},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip"}]}`
	anIndex := `{"mediaType":"` + ocispec.MediaTypeImageIndex + `"}`
	stranger := testedImage()
	stranger.Digest = digest.FromString("stranger")
	index := testedImage()
	index.MediaType = ocispec.MediaTypeImageIndex
	for _, tc := range []struct {
		name      string
		existing  *manifest.Attestation
		image     ocispec.Descriptor
		predicate string
		want      string
	}{
		{"no predicate type", nil, image, "", "it is empty"},
		{"garbage", &manifest.Attestation{Manifest: []byte("{")}, image, "x", "unexpected end of JSON"},
		{"nothing", &manifest.Attestation{}, image, "x", "unexpected end of JSON"},
		{"an index", &manifest.Attestation{Manifest: []byte(anIndex)}, image, "x", "its media type is"},
		{"an image", &manifest.Attestation{Manifest: []byte(anImage)}, image, "x", "it has a layer of type"},
		{"another subject", &manifest.Attestation{Manifest: []byte(artifactManifest)}, stranger, "x", "it is of"},
		{"another entry", &other, image, "x", "it is of"},
		{"of an index", nil, index, "x", "is an index itself"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := manifest.AddStatement(tc.existing, tc.image, tc.predicate, []byte("s"))
			assert.ErrorIs(t, err, manifest.ErrAttestation)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	_, err := manifest.AddStatement(nil, image, "x", nil)
	assert.ErrorIs(t, err, manifest.ErrAttestation)
}

func TestWithoutStatement(t *testing.T) {
	existing := manifest.Attestation{Manifest: []byte(artifactManifest)}
	added, err := manifest.AddStatement(&existing, testedImage(), record.PredicateType, []byte("one"))
	assert.NilError(t, err)
	got, err := manifest.WithoutStatement(added, testedImage(), record.PredicateType)
	assert.NilError(t, err)
	assertConsistent(t, *got)
	assert.Equal(t, string(got.Manifest), artifactManifest)

	fresh, err := manifest.AddStatement(nil, testedImage(), record.PredicateType, []byte("one"))
	assert.NilError(t, err)
	got, err = manifest.WithoutStatement(fresh, testedImage(), record.PredicateType)
	assert.NilError(t, err)
	assert.Assert(t, is.Nil(got))

	_, err = manifest.WithoutStatement(manifest.Attestation{}, testedImage(), record.PredicateType)
	assert.ErrorIs(t, err, manifest.ErrAttestation)
}

func TestPredicates(t *testing.T) {
	got, err := manifest.Predicates([]byte(artifactManifest))
	assert.NilError(t, err)
	assert.Equal(t, len(got), 2)
	assert.Equal(t, got[provenanceType].Size, int64(11))
	assert.Equal(t, got["https://spdx.dev/Document"].Size, int64(22))
	_, err = manifest.Predicates([]byte("x"))
	assert.ErrorIs(t, err, manifest.ErrAttestation)
}
