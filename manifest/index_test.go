package manifest_test

import (
	"encoding/json"
	"fmt"
	"testing"

	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// fakeDescriptor names a manifest that does not exist; nothing here reads one.
func fakeDescriptor(seed string) ocispec.Descriptor {
	return ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageManifest,
		Digest:    digest.FromString(seed),
		Size:      int64(len(seed)),
	}
}

// parsed are platforms as users write them.
func parsed(t *testing.T, values ...string) []ocispec.Platform {
	t.Helper()
	asked, err := platform.Parse(values)
	assert.NilError(t, err)
	return asked
}

// attestedImage is an image with an attestation as ParseIndex returns it.
func attestedImage(t *testing.T, platform string) manifest.Image {
	t.Helper()
	img := manifest.Image{Platform: parsed(t, platform)[0], Manifest: fakeDescriptor(platform)}
	attestation := fakeDescriptor("attestation of " + platform)
	attestation.Platform = &ocispec.Platform{OS: "unknown", Architecture: "unknown"}
	attestation.Annotations = map[string]string{
		"vnd.docker.reference.type":   "attestation-manifest",
		"vnd.docker.reference.digest": img.Manifest.Digest.String(),
	}
	img.Attestation = &attestation
	return img
}

func fourImages(t *testing.T) []manifest.Image {
	t.Helper()
	plain := attestedImage(t, "linux/arm/v6")
	plain.Attestation = nil
	return []manifest.Image{
		attestedImage(t, "linux/arm64"),
		plain,
		attestedImage(t, "linux/amd64"),
		attestedImage(t, "windows(10.0.17763+win32k)/amd64"),
	}
}

func TestBuildIndexShape(t *testing.T) {
	body, desc, err := manifest.BuildIndex(fourImages(t), map[string]string{"b": "2", "a": "1"})
	assert.NilError(t, err)
	assert.DeepEqual(t, desc, ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageIndex, Digest: digest.FromBytes(body), Size: int64(len(body)),
	})
	var index ocispec.Index
	assert.NilError(t, json.Unmarshal(body, &index))
	assert.Equal(t, index.SchemaVersion, 2)
	assert.Equal(t, index.MediaType, ocispec.MediaTypeImageIndex)
	assert.DeepEqual(t, index.Annotations, map[string]string{"a": "1", "b": "2"})

	var order []string
	for _, entry := range index.Manifests {
		subject := entry.Annotations["vnd.docker.reference.digest"]
		order = append(order, platform.Format(*entry.Platform)+" "+subject)
	}
	imgs := fourImages(t)
	assert.DeepEqual(t, order, []string{
		"linux/arm64 ", "linux/arm/v6 ", "linux/amd64 ", "windows(10.0.17763+win32k)/amd64 ",
		"unknown/unknown " + imgs[0].Manifest.Digest.String(),
		"unknown/unknown " + imgs[2].Manifest.Digest.String(),
		"unknown/unknown " + imgs[3].Manifest.Digest.String(),
	})
	assert.DeepEqual(t, index.Manifests[4], *imgs[0].Attestation)
	assert.Equal(t, index.Manifests[3].Platform.OSVersion, "10.0.17763")
	assert.DeepEqual(t, index.Manifests[3].Platform.OSFeatures, []string{"win32k"})
}

func TestBuildIndexDeterministic(t *testing.T) {
	annotations := map[string]string{"a": "1", "b": "2", "c": "3", "d": "4"}
	first, _, err := manifest.BuildIndex(fourImages(t), annotations)
	assert.NilError(t, err)
	for range 20 {
		again, _, err := manifest.BuildIndex(fourImages(t), annotations)
		assert.NilError(t, err)
		assert.Equal(t, string(again), string(first))
	}
}

func TestBuildIndexDropsStrayFields(t *testing.T) {
	plain := fourImages(t)
	stray := fourImages(t)
	for i := range stray {
		stray[i].Manifest.Annotations = map[string]string{"containerd.io/x": "y"}
		stray[i].Manifest.Platform = &ocispec.Platform{OS: "plan9", Architecture: "arm"}
		stray[i].Manifest.Data = []byte("x")
		stray[i].Manifest.URLs = []string{"https://example.com"}
	}
	stray[0].Attestation.Annotations["extra"] = "y"
	want, _, err := manifest.BuildIndex(plain, nil)
	assert.NilError(t, err)
	got, _, err := manifest.BuildIndex(stray, nil)
	assert.NilError(t, err)
	assert.Equal(t, string(got), string(want))
	assert.Equal(t, stray[0].Attestation.Annotations["extra"], "y")
	assert.Equal(t, stray[0].Manifest.Platform.OS, "plan9")
}

func TestBuildIndexRefuses(t *testing.T) {
	with := func(change func(img *manifest.Image)) []manifest.Image {
		imgs := fourImages(t)
		change(&imgs[0])
		return imgs
	}
	var many []manifest.Image
	for i := range 65 {
		many = append(many, attestedImage(t, fmt.Sprintf("windows(10.0.%d)/amd64", i)))
	}
	for _, tc := range []struct {
		name string
		imgs []manifest.Image
		want string
	}{
		{"nothing", nil, "no images"},
		{"twice", append(fourImages(t), attestedImage(t, "linux/arm64/v8")), `"linux/arm64": given twice`},
		{"many", many, "130 entries, more than 128"},
		{
			"an index",
			with(func(img *manifest.Image) { img.Manifest.MediaType = ocispec.MediaTypeImageIndex }),
			"is an index itself",
		},
		{
			"a Docker list",
			with(func(img *manifest.Image) {
				img.Manifest.MediaType = "application/vnd.docker.distribution.manifest.list.v2+json"
			}),
			"is an index itself",
		},
		{"no platform", with(func(img *manifest.Image) { img.Platform = ocispec.Platform{} }), "names no os or architecture"},
		{
			"attestation as image",
			with(func(img *manifest.Image) { img.Platform = *img.Attestation.Platform }),
			"names no os or architecture",
		},
		{
			"a layer",
			with(func(img *manifest.Image) { img.Manifest.MediaType = ocispec.MediaTypeImageLayer }),
			"not that of a manifest",
		},
		{"bad digest", with(func(img *manifest.Image) { img.Manifest.Digest = "sha256:../.." }), `digest "sha256:../.."`},
		{"no size", with(func(img *manifest.Image) { img.Manifest.Size = 0 }), "has size 0"},
		{"bad attestation", with(func(img *manifest.Image) { img.Attestation.Digest = "" }), "attestation for linux/arm64"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			body, _, err := manifest.BuildIndex(tc.imgs, nil)
			assert.ErrorIs(t, err, manifest.ErrIndex)
			assert.ErrorContains(t, err, tc.want)
			assert.Assert(t, is.Nil(body))
		})
	}
	_, _, err := manifest.BuildIndex(append(fourImages(t), attestedImage(t, "linux/arm64")), nil)
	assert.ErrorIs(t, err, platform.ErrInvalid)
}

// What belongs to one platform's entry survives being written and read.
func TestBuildIndexKeepsEntryAnnotations(t *testing.T) {
	img := fourImages(t)[0]
	img.Annotations = map[string]string{"team": "a"}
	body, _, err := manifest.BuildIndex([]manifest.Image{img}, nil)
	assert.NilError(t, err)
	back, err := manifest.ParseIndex(body)
	assert.NilError(t, err)
	assert.DeepEqual(t, back[0].Annotations, img.Annotations)
}
