package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

func TestParseIndexRoundTrip(t *testing.T) {
	imgs := fourImages(t)
	body, _, err := manifest.BuildIndex(imgs, nil)
	assert.NilError(t, err)
	parsed, err := manifest.ParseIndex(body)
	assert.NilError(t, err)
	assert.DeepEqual(t, parsed, imgs)
}

func TestParseIndexOneManifestForTwoPlatforms(t *testing.T) {
	img := attestedImage(t, "linux/arm/v6")
	same := img
	same.Platform = parsed(t, "linux/arm/v7")[0]
	body, _, err := manifest.BuildIndex([]manifest.Image{img, same}, nil)
	assert.NilError(t, err)
	assert.Equal(t, strings.Count(string(body), img.Attestation.Digest.String()), 1)
	parsed, err := manifest.ParseIndex(body)
	assert.NilError(t, err)
	assert.DeepEqual(t, parsed, []manifest.Image{img, same})
}

func TestParseIndexWithoutPlatform(t *testing.T) {
	d := digest.FromString("x")
	body := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json",
		"manifests":[{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":%q,"size":7},
		{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":%q,"size":7,
			"platform":{"architecture":"amd64"}}]}`,
		d, d)
	parsed, err := manifest.ParseIndex([]byte(body))
	assert.NilError(t, err)
	want := ocispec.Descriptor{MediaType: "application/vnd.docker.distribution.manifest.v2+json", Digest: d, Size: 7}
	assert.DeepEqual(t, parsed, []manifest.Image{{Manifest: want}, {Manifest: want}})
}

func TestParseIndexRefuses(t *testing.T) {
	x, y, z := digest.FromString("x").String(), digest.FromString("y").String(), digest.FromString("z").String()
	of := func(subject string) string {
		return fmt.Sprintf(`,"annotations":{"vnd.docker.reference.type":"attestation-manifest",
			"vnd.docker.reference.digest":%q}`, subject)
	}
	named := func(dgst, extra string) string {
		return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":7%s}`, ocispec.MediaTypeImageManifest, dgst, extra)
	}
	entry := func(extra string) string { return named(x, extra) }
	swap := func(from, to string) string { return strings.Replace(entry(""), from, to, 1) }
	index := func(entries ...string) string {
		return fmt.Sprintf(`{"schemaVersion":2,"manifests":[%s]}`, strings.Join(entries, ","))
	}
	for _, tc := range []struct{ name, body, want string }{
		{"nothing", "", "unexpected end of JSON"},
		{"garbage", "<html>", "invalid character"},
		{"truncated", index(entry(""))[:40], "unexpected end of JSON"},
		{"too large", `{"x":"` + strings.Repeat("x", 4<<20) + `"}`, "more than 4194304"},
		{
			"a manifest",
			`{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeImageManifest + `","config":{},"layers":[]}`,
			"the media type is",
		},
		{"both", `{"schemaVersion":2,"config":{},"manifests":[` + entry("") + `]}`, "the config or the layers"},
		{"schema 1", `{"schemaVersion":1,"manifests":[` + entry("") + `]}`, "the schema version is 1"},
		{"null", `{"schemaVersion":2,"manifests":null}`, "it has no entries"},
		{"empty", index(), "it has no entries"},
		{"many", index(strings.Split(strings.Repeat(entry("")+"\n", 129), "\n")[:129]...), "129 entries, more than 128"},
		{"nested", index(swap(ocispec.MediaTypeImageManifest, ocispec.MediaTypeImageIndex)), "is an index itself"},
		{
			"long type", index(entry(""), named(y, `,"artifactType":"`+strings.Repeat("x", 256)+`"`)),
			"a media type or a digest of more than 255 bytes",
		},
		{
			"long platform", index(entry(`,"platform":{"os":"` + strings.Repeat("x", 1025) + `"}`)),
			"a name of more than 1024 bytes",
		},
		{"media type missing", index(swap(ocispec.MediaTypeImageManifest, "")), `media type ""`},
		{"bad digest", index(swap("sha256:", "sha256:../")), "digest"},
		{"unknown algorithm", index(swap("sha256:", "md5:")), "digest"},
		{"negative size", index(swap(`:7`, `:-7`)), "has size -7"},
		{"huge size", index(swap(`:7`, `:5000000`)), "has size 5000000"},
		{"attestations only", index(entry(of(x))), "it has attestations only"},
		{"subject missing", index(entry(""), entry(of(z))), "which is not in it"},
		{"subject empty", index(entry(""), entry(of(""))), `is of "", which is not in it`},
		{"two attestations", index(entry(""), entry(of(x)), named(y, of(x))), "are both attestations of"},
		{"unknown platform", index(entry(`,"platform":{"os":"unknown","architecture":"unknown"}`)), "it has no image, but "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			parsed, err := manifest.ParseIndex([]byte(tc.body))
			assert.ErrorIs(t, err, manifest.ErrIndex)
			assert.ErrorContains(t, err, tc.want)
			assert.Assert(t, is.Nil(parsed))
		})
	}
}

// What says that it is an attestation and is of no platform is one, and so is what has the platform of those: it serves
// nothing. What is of another platform serves that, and engines do not ask what it says of itself.
func TestIsAttestation(t *testing.T) {
	says := map[string]string{"vnd.docker.reference.type": "attestation-manifest"}
	linux := &ocispec.Platform{OS: "linux", Architecture: "amd64"}
	nothing, half := &ocispec.Platform{OS: "unknown", Architecture: "unknown"}, &ocispec.Platform{OS: "unknown"}
	for name, tc := range map[string]struct {
		entry ocispec.Descriptor
		want  bool
	}{
		"as BuildKit writes it":   {ocispec.Descriptor{Platform: nothing, Annotations: says}, true},
		"annotation alone":        {ocispec.Descriptor{Annotations: says}, true},
		"annotation on an image":  {ocispec.Descriptor{Platform: linux, Annotations: says}, false},
		"platform alone":          {ocispec.Descriptor{Platform: nothing}, true},
		"half of the platform":    {ocispec.Descriptor{Platform: half}, false},
		"an image":                {ocispec.Descriptor{Platform: linux}, false},
		"an image of no platform": {ocispec.Descriptor{}, false},
		"another reference": {
			ocispec.Descriptor{Annotations: map[string]string{"vnd.docker.reference.type": "signature"}}, false,
		},
	} {
		assert.Equal(t, manifest.IsAttestation(tc.entry), tc.want, name)
	}
}

func FuzzParseIndex(f *testing.F) {
	d := digest.FromString("x").String()
	f.Add([]byte(`{"schemaVersion":2,"manifests":[]}`))
	f.Add([]byte(`{"schemaVersion":2,"manifests":[{"mediaType":"` + ocispec.MediaTypeImageManifest + `","digest":"` + d +
		`","size":7,"platform":{"os":"linux","architecture":"arm64","variant":"v8"}},{"mediaType":"` +
		ocispec.MediaTypeImageManifest + `","digest":"` + digest.FromString("y").String() + `","size":7,"annotations":` +
		`{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"` + d + `"}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		parsed, err := manifest.ParseIndex(body)
		if err != nil {
			assert.ErrorIs(t, err, manifest.ErrIndex)
			return
		}
		built, _, err := manifest.BuildIndex(parsed, nil)
		if err != nil {
			// A platform may be missing or there twice; all else was checked.
			assert.ErrorIs(t, err, platform.ErrInvalid)
			return
		}
		again, err := manifest.ParseIndex(built)
		assert.NilError(t, err)
		assert.DeepEqual(t, again, parsed)
	})
}
