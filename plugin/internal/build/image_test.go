package build

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// solved is what a solve leaves of an image: an index of it and its attestation, or the manifest alone.
func solved(t *testing.T, s *store.Store, image manifest.Image) builder.Result {
	t.Helper()
	r := builder.Result{Platform: image.Platform, Root: image.Manifest.Digest}
	if image.Attestation != nil {
		body, _, err := manifest.BuildIndex([]manifest.Image{image}, nil)
		assert.NilError(t, err)
		r.Root = plugintest.WriteBlob(t, s, ocispec.MediaTypeImageIndex, body).Digest
	}
	return r
}

func TestReadBuilt(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	for name, image := range map[string]manifest.Image{
		"attested": plugintest.UntestedImage(t, s, "linux/arm/v7", "app"),
		"plain":    plugintest.PlainImage(t, s, "linux/arm/v7", "app"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ReadBuilt(t.Context(), s, solved(t, s, image))
			assert.NilError(t, err)
			assert.DeepEqual(t, got.Image, image)
			assert.DeepEqual(t, got.Config.Config.Cmd, []string{"/app"})
			assert.Equal(t, len(got.Manifest.Layers), 1)
		})
	}
}

// A FROM --platform in the last stage makes an image of another platform than the one asked for.
func TestReadBuiltRefusesOtherPlatform(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	r := solved(t, s, plugintest.UntestedImage(t, s, "linux/amd64", "app"))
	r.Platform = plugintest.ParsePlatforms(t, "linux/arm64")[0]
	_, err := ReadBuilt(t.Context(), s, r)
	assert.Error(
		t,
		err,
		"the image built for linux/arm64 says that it is for linux/amd64; look at FROM --platform in the last stage",
	)
	assert.Equal(t, failure.ExitCode(err), failure.ExitTests)
}

func TestReadBuiltTakesOSVersion(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	r := solved(t, s, plugintest.UntestedImage(t, s, "windows(10.0.20348.1)/amd64", "app"))
	r.Platform = plugintest.ParsePlatforms(t, "windows/amd64")[0]
	got, err := ReadBuilt(t.Context(), s, r)
	assert.NilError(t, err)
	assert.Equal(t, got.Image.Platform.OSVersion, "10.0.20348.1")
	r.Platform = plugintest.ParsePlatforms(t, "windows(10.0.17763.1)/amd64")[0]
	_, err = ReadBuilt(t.Context(), s, r)
	assert.ErrorContains(t, err, "windows(10.0.17763.1)/amd64")
}

func TestReadBuiltRefusesSeveralImages(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SaveDraft(t, s, "app:1", "amd64,arm64",
		plugintest.UntestedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	_, err := ReadBuilt(t.Context(), s, builder.Result{Platform: d.Platforms[0], Root: d.Index.Digest})
	assert.ErrorContains(t, err, "there are 2 images in it, not 1")
}

func TestKeepOldAttestation(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	const sbomType = "https://spdx.dev/Document"
	plain := plugintest.PlainImage(t, s, "linux/amd64", "app")
	old := plugintest.Judged(
		t,
		s,
		plugintest.Attest(t, s, plain, plugintest.ProvenanceType, `{"built":"yesterday"}`),
		localtest.Passed,
	)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", old)
	rebuilt := plugintest.Attest(t, s, plain, plugintest.ProvenanceType, `{"built":"today"}`)
	for _, tc := range []struct {
		name string
		now  manifest.Image
		kept bool
	}{
		{"another time of build", rebuilt, true},
		{"an SBOM more", plugintest.Attest(t, s, rebuilt, sbomType, `{}`), false},
		{"another kind", plugintest.Attest(t, s, plain, sbomType, `{}`), false},
		{"no attestation now", plain, false},
		{"another image", plugintest.UntestedImage(t, s, "linux/amd64", "changed"), false},
		{"another platform", plugintest.UntestedImage(t, s, "linux/arm64", "app"), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now, err := buildingOf(t, s).keepOldAttestation(t.Context(), tc.now)
			assert.NilError(t, err)
			want := tc.now
			if tc.kept {
				want = old
			}
			assert.DeepEqual(t, now, want)
		})
	}
}

// An image that nothing attests keeps the record of its tests as well.
func TestKeepOldAttestationOfRecordAlone(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plain := plugintest.PlainImage(t, s, "linux/amd64", "app")
	old := plugintest.Judged(t, s, plain, localtest.Passed)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", old)
	now, err := buildingOf(t, s).keepOldAttestation(t.Context(), plain)
	assert.NilError(t, err)
	assert.DeepEqual(t, now, old)
}

// What a builder, or the frontend that a Dockerfile names, says of tests and second builds is not believed.
func TestRecordsOfTheBuilderAreDropped(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	for _, image := range []manifest.Image{
		plugintest.PlainImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/amd64", "app"),
	} {
		claimed, err := record.AddReproduction(t.Context(), s, plugintest.Judged(t, s, image, localtest.Passed), "app",
			record.Reproduction{Result: record.Reproduced})
		assert.NilError(t, err)
		now, err := buildingOf(t, s).attested(t.Context(), claimed)
		assert.NilError(t, err)
		kinds, err := record.Predicates(t.Context(), s, now)
		assert.NilError(t, err)
		_, tested := kinds[record.PredicateType]
		_, again := kinds[record.ReproductionType]
		assert.Check(t, !tested && !again, "%v", kinds)
		assert.Equal(t, now.Manifest.Digest, image.Manifest.Digest)
	}
}
