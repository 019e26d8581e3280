package record_test

import (
	"context"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// memory is where an image stands in these tests.
type memory map[digest.Digest][]byte

func (m memory) Read(_ context.Context, desc ocispec.Descriptor) ([]byte, error) {
	body, ok := m[desc.Digest]
	if !ok && desc.Digest != ocispec.DescriptorEmptyJSON.Digest {
		return nil, cerrdefs.ErrNotFound
	}
	return body, nil
}

func (m memory) Write(_ context.Context, blob manifest.Blob) error {
	m[blob.Descriptor.Digest] = blob.Body
	return nil
}

func testedImage() manifest.Image {
	return manifest.Image{
		Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"},
		Manifest: ocispec.Descriptor{
			MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromString("image"), Size: 5,
		},
	}
}

// A record takes the place of an earlier one, and goes without a trace where nothing else attests the image.
func TestAddAndDrop(t *testing.T) {
	m, image := memory{}, testedImage()
	_, ok, err := record.Of(t.Context(), m, image)
	assert.NilError(t, err)
	assert.Check(t, !ok)
	for _, want := range []record.Result{{Result: record.Failed, Failed: []string{"run"}}, warnedResult()} {
		image, err = record.Add(t.Context(), m, image, "app", want)
		assert.NilError(t, err)
		got, ok, err := record.Of(t.Context(), m, image)
		assert.NilError(t, err)
		assert.Check(t, ok)
		assert.DeepEqual(t, got, want)
	}
	image, err = record.Drop(t.Context(), m, image)
	assert.NilError(t, err)
	assert.DeepEqual(t, image, testedImage())
}

// What else attests the image stays as it is.
func TestDropKeepsOthers(t *testing.T) {
	m := memory{}
	before, err := record.Attest(t.Context(), m, testedImage(), "https://slsa.dev/provenance/v1", []byte(`{}`))
	assert.NilError(t, err)
	same, err := record.Drop(t.Context(), m, before)
	assert.NilError(t, err)
	assert.DeepEqual(t, same, before)
	image, err := record.Add(t.Context(), m, before, "app", warnedResult())
	assert.NilError(t, err)
	image, err = record.Drop(t.Context(), m, image)
	assert.NilError(t, err)
	assert.DeepEqual(t, image, before)
}

// A record of another image is none, and a record that cannot be read is not passed over.
func TestOfRefuses(t *testing.T) {
	m, image := memory{}, testedImage()
	body, err := record.Encode("app", digest.FromString("another"), warnedResult())
	assert.NilError(t, err)
	foreign, err := record.Attest(t.Context(), m, image, record.PredicateType, body)
	assert.NilError(t, err)
	_, ok, err := record.Of(t.Context(), m, foreign)
	assert.ErrorIs(t, err, record.ErrStatement)
	assert.Check(t, !ok)
	_, _, err = record.Of(t.Context(), memory{}, foreign)
	assert.ErrorIs(t, err, cerrdefs.ErrNotFound)
}
