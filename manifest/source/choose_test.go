package source_test

import (
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// standing is an image of a platform at a source (from), whose text makes its digest.
func standing(from, text string, p ocispec.Platform) source.Entry {
	desc := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromString(text), Size: int64(len(text)),
	}
	return source.Entry{Image: manifest.Image{Platform: p, Manifest: desc}, Source: from}
}

// linuxOn is linux on an architecture.
func linuxOn(arch string) ocispec.Platform { return ocispec.Platform{OS: "linux", Architecture: arch} }

// windowsOf is a Windows release on amd64; empty: any.
func windowsOf(version string) ocispec.Platform {
	return ocispec.Platform{OS: "windows", Architecture: "amd64", OSVersion: version}
}

// described are entries as SOURCE PLATFORM, in their order.
func described(entries []source.Entry) []string {
	var words []string
	for _, entry := range entries {
		words = append(words, entry.Source+" "+platform.Format(entry.Platform))
	}
	return words
}

// What is asked for comes in the order it is asked for; without os.version, each release there is.
func TestChoose(t *testing.T) {
	there := []source.Entry{
		standing("a", "1", linuxOn("amd64")), standing("a", "2", linuxOn("arm64")),
		standing("w", "3", windowsOf("10.0.17763.1")), standing("w", "4", windowsOf("10.0.20348.1")),
	}
	releases := []string{"w windows(10.0.17763.1)/amd64", "w windows(10.0.20348.1)/amd64"}
	for name, tc := range map[string]struct {
		asked []ocispec.Platform
		want  []string
	}{
		"all":         {nil, append([]string{"a linux/amd64", "a linux/arm64"}, releases...)},
		"in order":    {[]ocispec.Platform{linuxOn("arm64"), linuxOn("amd64")}, []string{"a linux/arm64", "a linux/amd64"}},
		"one release": {[]ocispec.Platform{windowsOf("10.0.20348.1")}, []string{"w windows(10.0.20348.1)/amd64"}},
		"any release": {[]ocispec.Platform{windowsOf("")}, releases},
	} {
		t.Run(name, func(t *testing.T) {
			chosen, err := source.Choose(there, tc.asked)
			assert.NilError(t, err)
			assert.DeepEqual(t, described(chosen), tc.want)
		})
	}
	_, err := source.Choose(there, []ocispec.Platform{linuxOn("s390x"), linuxOn("arm64"), linuxOn("riscv64")})
	assert.ErrorIs(t, err, source.ErrMissing)
	assert.ErrorContains(t, err, "no source has linux/s390x, linux/riscv64; they have linux/amd64, linux/arm64")
}

// One image in two sources is taken once, the one with the attestation; two images of one platform are refused.
func TestChooseDistinct(t *testing.T) {
	plain, attested := standing("a", "1", linuxOn("amd64")), standing("b", "1", linuxOn("amd64"))
	attested.Attestation = &ocispec.Descriptor{Digest: digest.FromString("attestation")}
	for _, both := range [][]source.Entry{{plain, attested}, {attested, plain}} {
		chosen, err := source.Choose(both, nil)
		assert.NilError(t, err)
		assert.DeepEqual(t, described(chosen), []string{"b linux/amd64"})
	}
	_, err := source.Choose([]source.Entry{plain, standing("c", "2", linuxOn("amd64"))}, nil)
	assert.ErrorIs(t, err, platform.ErrInvalid)
	assert.ErrorContains(t, err, `"linux/amd64": a and c both have it`)
}

// What is new takes the place of what was there of the same platform and release; the rest is carried over in its order,
// and says so.
func TestAmend(t *testing.T) {
	base := []source.Entry{
		standing("old", "1", linuxOn("amd64")), standing("old", "2", windowsOf("10.0.17763.1")),
		standing("old", "3", windowsOf("10.0.20348.1")),
	}
	news := []source.Entry{standing("new", "4", windowsOf("10.0.17763.99")), standing("new", "5", linuxOn("arm64"))}
	amended := source.Amend(news, base)
	assert.DeepEqual(t, described(amended), []string{
		"old linux/amd64", "new windows(10.0.17763.99)/amd64", "old windows(10.0.20348.1)/amd64", "new linux/arm64",
	})
	for _, entry := range amended {
		assert.Equal(t, entry.Carried, entry.Source == "old")
	}
	assert.Check(t, !base[0].Carried, "what was given is left as it is")
}
