package manifest_test

import (
	"encoding/json"
	"strings"
	"testing"

	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// FuzzPlatformOf holds that a platform which is taken from a config is one that can be asked for, and that the library
// reads the same.
func FuzzPlatformOf(f *testing.F) {
	for _, seed := range []string{
		`{"os":"linux","architecture":"arm64","variant":"v8"}`, `{"os":"windows","architecture":"amd64","os.version":"10.0"}`,
		`{"os":"unknown","architecture":"unknown"}`, `{"os":"linux","OS":"windows","architecture":"amd64"}`, `{}`, `[]`,
		`{"os":"linux","architecture":"x86_64","os.features":["a","b"]}`, `{"o\u017f":"linux","architecture":"arm"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, config []byte) {
		p, err := manifest.PlatformOf(config)
		if err != nil {
			assert.ErrorIs(t, err, platform.ErrInvalid)
			return
		}
		var image ocispec.Image
		if json.Unmarshal(config, &image) == nil {
			assert.Assert(t, image.OS != "" && image.Architecture != "", "%q", config)
		}
		assert.Assert(t, p.OS != "" && p.Architecture != "" && p.OS != "unknown" && p.Architecture != "unknown", "%v", p)
		again, err := json.Marshal(p)
		assert.NilError(t, err)
		read, err := manifest.PlatformOf(again)
		assert.NilError(t, err)
		assert.Assert(t, platform.Equal(read, p), "%v %v", read, p)
	})
}

// FuzzAttestation holds that a statement which is added to what others have written is there after it, beside all
// others, and that what was added is taken away whole.
func FuzzAttestation(f *testing.F) {
	image := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromString("image"), Size: 7,
		Platform: &ocispec.Platform{OS: "linux", Architecture: "amd64"},
	}
	const ours = "https://in-toto.io/attestation/test-result/v0.1"
	made, err := manifest.AddStatement(nil, image, ours, []byte("{}"))
	assert.NilError(f, err)
	f.Add(made.Manifest)
	provenance, err := manifest.AddStatement(&made, image, "https://slsa.dev/provenance/v1", []byte("{}"))
	assert.NilError(f, err)
	f.Add(provenance.Manifest)
	f.Add([]byte(strings.ReplaceAll(string(provenance.Manifest), "subject", "Subject")))
	f.Add(
		[]byte(`{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"` +
			digest.FromString("{}").
				String() +
			`"},"layers":[{"mediaType":"application/vnd.in-toto+json","size":1,"digest":"x"}]}`),
	)
	f.Add([]byte(`{"layers":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		before, err := manifest.Predicates(body)
		if err != nil {
			assert.ErrorIs(t, err, manifest.ErrAttestation)
			return
		}
		with, err := manifest.AddStatement(&manifest.Attestation{Manifest: body}, image, ours, []byte("{}"))
		if err != nil {
			assert.ErrorIs(t, err, manifest.ErrAttestation)
			return
		}
		after, err := manifest.Predicates(with.Manifest)
		assert.NilError(t, err)
		assert.Equal(t, after[ours].Digest, digest.FromString("{}"))
		assert.Equal(t, with.Descriptor.Digest, digest.FromBytes(with.Manifest))
		for predicate, statement := range before {
			assert.Assert(t, predicate == ours || after[predicate].Digest == statement.Digest, "%q is lost", predicate)
		}
		again, err := manifest.AddStatement(&with, image, ours, []byte("{}"))
		assert.NilError(t, err)
		assert.Equal(t, string(again.Manifest), string(with.Manifest))
		without, err := manifest.WithoutStatement(with, image, ours)
		assert.NilError(t, err)
		if without != nil {
			left, err := manifest.Predicates(without.Manifest)
			assert.NilError(t, err)
			assert.Equal(t, left[ours].Digest, digest.Digest(""))
		}
	})
}
