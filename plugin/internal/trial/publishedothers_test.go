package trial

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/distribution/reference"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// openIndex opens the test of an index of these entries.
func openIndex(t *testing.T, r *plugintest.Registry, entries ...ocispec.Descriptor) (*PublishedTest, error) {
	t.Helper()
	fake := plugintest.NewCLI(t)
	r.Write(t, "team/app", "all", ocispec.MediaTypeImageIndex, plugintest.Marshalled(t, ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Manifests: entries,
	}))
	named, err := reference.ParseNormalizedNamed(r.Host + "/team/app@" + r.DigestAt(t, "team/app", "all").String())
	assert.NilError(t, err)
	client := fake.Host().Registries(dockercli.Trust{}, func(string) {})
	return OpenPublished(t.Context(), fake.Host(), client, Plan{Name: named}, nil)
}

// What an index has beside its images is in the index with the records as well.
func TestRecordsKeepWhatIsNoImage(t *testing.T) {
	r, amd64 := plugintest.NewRegistry(t), plugintest.Linux("amd64", "")
	image := r.Image(t, "team/app", "plain", "app", amd64)
	image.Platform = &amd64
	artifact := func(tag, kind, config string) ocispec.Descriptor {
		return r.Manifest(t, "team/app", tag, ocispec.Manifest{
			ArtifactType: kind, Config: r.Blob(t, "team/app", config, []byte("{}")),
			Layers: []ocispec.Descriptor{r.Blob(t, "team/app", "application/octet-stream", []byte("data of "+tag))},
		})
	}
	soci := artifact("soci", "application/vnd.amazon.soci.index.v2+json", ocispec.MediaTypeEmptyJSON)
	soci.Platform, soci.ArtifactType = &amd64, "application/vnd.amazon.soci.index.v2+json"
	soci.Annotations = map[string]string{"com.amazon.soci.image-manifest-digest": image.Digest.String()}
	sbom := artifact("sbom", "", "application/spdx+json")
	sbom.Platform = &ocispec.Platform{OS: "unknown", Architecture: "unknown"}
	chart := artifact("chart", "", "application/vnd.cncf.helm.config.v1+json") // only its manifest tells
	chart.Annotations = map[string]string{"of": "chart"}

	test, err := openIndex(t, r, image, soci, chart, sbom)
	assert.NilError(t, err)
	test.Outcomes = []Outcome{{Platform: amd64, State: draft.Passed, record: &record.Result{Result: record.Passed}}}
	recorded, err := test.Push(t.Context())
	assert.NilError(t, err)
	index := r.Index(t, recorded.Digest().String())
	assert.Equal(t, len(index.Manifests), 5) // and the attestation manifest
	for _, want := range []ocispec.Descriptor{image, soci, chart, sbom} {
		found := false
		for _, entry := range index.Manifests {
			if entry.Digest == want.Digest {
				found = true
				assert.DeepEqual(t, entry, want)
			}
		}
		assert.Check(t, found, "%s is lost", want.Digest)
	}
}

// A record is of a platform: where two images are of one, it is not pushed for either, unless the second says that it is
// the first with its layers compressed otherwise.
func TestRecordsOfTwins(t *testing.T) {
	r, amd64 := plugintest.NewRegistry(t), plugintest.Linux("amd64", "")
	gzip, zstd := r.Image(t, "team/app", "gzip", "gzip", amd64), r.Image(t, "team/app", "zstd", "zstd", amd64)
	gzip.Platform, zstd.Platform = &amd64, &amd64
	zstd.Annotations = map[string]string{"io.github.containers.compression.zstd": "true"}
	test, err := openIndex(t, r, gzip, zstd)
	assert.NilError(t, err)
	test.Outcomes = []Outcome{{Platform: amd64, State: draft.Passed, record: &record.Result{Result: record.Passed}}}
	recorded, err := test.Push(t.Context())
	assert.NilError(t, err)
	index := r.Index(t, recorded.Digest().String())
	assert.Equal(t, len(index.Manifests), 3)
	assert.DeepEqual(t, index.Manifests[0], gzip)
	assert.DeepEqual(t, index.Manifests[2], zstd)

	zstd.Annotations = nil
	_, err = openIndex(t, r, gzip, zstd)
	assert.ErrorIs(t, err, manifest.ErrIndex)
	assert.ErrorContains(t, err, "linux/amd64 is in it twice, as "+gzip.Digest.String()+" and "+zstd.Digest.String())
}

// The images of an index within an index are tested and recorded like the others, in an index that is flat.
func TestRecordsOfIndexesWithin(t *testing.T) {
	r, amd64, arm64 := plugintest.NewRegistry(t), plugintest.Linux("amd64", ""), plugintest.Linux("arm64", "")
	first, second := r.Image(t, "team/app", "first", "app", amd64), r.Image(t, "team/app", "second", "app", arm64)
	first.Platform, second.Platform = &amd64, &arm64
	body := plugintest.Marshalled(t, ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{second},
	})
	r.Write(t, "team/app", "inner", ocispec.MediaTypeImageIndex, body)
	inner := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageIndex, Digest: r.DigestAt(t, "team/app", "inner"), Size: int64(len(body)),
	}
	test, err := openIndex(t, r, first, inner)
	assert.NilError(t, err)
	test.Outcomes = []Outcome{{Platform: arm64, State: draft.Passed, record: &record.Result{Result: record.Passed}}}
	recorded, err := test.Push(t.Context())
	assert.NilError(t, err)
	index := r.Index(t, recorded.Digest().String())
	assert.Equal(t, len(index.Manifests), 3) // with the record
	assert.DeepEqual(t, index.Manifests[:2], []ocispec.Descriptor{first, second})
}

// Attestations that cannot be fetched keep nobody from testing the image; the index with the record is whole.
func TestRecordsInThePlaceOfLostAttestations(t *testing.T) {
	r, amd64 := plugintest.NewRegistry(t), plugintest.Linux("amd64", "")
	image := r.Image(t, "team/app", "first", "app", amd64)
	image.Platform = &amd64
	lost := r.Image(t, "team/app", "lost", "lost", amd64)
	lost.Platform = &ocispec.Platform{OS: "unknown", Architecture: "unknown"}
	lost.Annotations = map[string]string{
		"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image.Digest.String(),
	}
	test, err := openIndex(t, r, image, lost)
	assert.NilError(t, err)
	answer := httptest.NewRecorder()
	url := "/v2/team/app/manifests/" + lost.Digest.String()
	r.Handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodDelete, url, nil))
	assert.Equal(t, answer.Code, http.StatusAccepted, answer.Body.String())
	test.images, test.others = nil, nil
	assert.NilError(t, test.read(t.Context()))
	test.Outcomes = []Outcome{{Platform: amd64, State: draft.Passed, record: &record.Result{Result: record.Passed}}}
	recorded, err := test.Push(t.Context())
	assert.NilError(t, err)
	index := r.Index(t, recorded.Digest().String())
	assert.Equal(t, len(index.Manifests), 2)
	assert.Assert(t, index.Manifests[1].Digest != lost.Digest)
}
