package platform_test

import (
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

func mustParse(t *testing.T, values ...string) []ocispec.Platform {
	t.Helper()
	parsed, err := platform.Parse(values)
	assert.NilError(t, err)
	return parsed
}

func TestArchTag(t *testing.T) {
	for _, tc := range []struct {
		platform, want string
	}{
		{"linux/amd64", "1.0.0--amd64"},
		{"linux/arm64", "1.0.0--arm64"},
		{"linux/arm64/v8", "1.0.0--arm64"},
		{"linux/arm64/v9", "1.0.0--arm64v9"},
		{"linux/arm", "1.0.0--armv7"},
		{"linux/arm/v7", "1.0.0--armv7"},
		{"linux/arm/v6", "1.0.0--armv6"},
		{"linux/amd64/v2", "1.0.0--amd64v2"},
		{"linux/386", "1.0.0--386"},
		{"windows/amd64", "1.0.0--windows-amd64"},
		{"windows(10.0.20348)/amd64", "1.0.0--windows-10.0.20348-amd64"},
		{"linux(5.10)/amd64", "1.0.0--linux-5.10-amd64"},
		{"wasip1/wasm", "1.0.0--wasip1-wasm"},
	} {
		got, err := platform.ArchTag("1.0.0", mustParse(t, tc.platform)[0])
		assert.NilError(t, err)
		assert.Equal(t, got, tc.want)
	}
}

func TestArchTagRefuses(t *testing.T) {
	arm := mustParse(t, "linux/arm/v7")[0]
	fits := strings.Repeat("t", 121)
	got, err := platform.ArchTag(fits, arm)
	assert.NilError(t, err)
	assert.Equal(t, len(got), 128)

	_, err = platform.ArchTag(fits+"t", arm)
	assert.ErrorIs(t, err, platform.ErrArchTag)
	assert.ErrorContains(t, err, "has 129 characters, 128 are allowed; shorten it by 1")

	for _, tag := range []string{"", "-x", "a b", "ä"} {
		_, err = platform.ArchTag(tag, arm)
		assert.ErrorIs(t, err, platform.ErrArchTag)
		assert.ErrorContains(t, err, "is not a valid tag")
	}
	_, err = platform.ArchTag("1", ocispec.Platform{OS: "windows", Architecture: "amd64", OSVersion: "10,0"})
	assert.ErrorIs(t, err, platform.ErrArchTag)
	_, err = platform.ArchTag("1", ocispec.Platform{})
	assert.ErrorIs(t, err, platform.ErrInvalid)
}

func TestCheckArchTags(t *testing.T) {
	asked := mustParse(t, "linux/amd64,linux/arm64,linux/arm/v7,windows(10.0.1)/amd64,windows(10.0.2)/amd64")
	for _, tag := range []string{
		"1.0", "1--beta", "latest", "1.0-amd64", "1--amd64-debug", "1--amd64--rc1", "1--windows", "amd64",
	} {
		assert.NilError(t, platform.CheckArchTags(tag, asked))
	}
}

func TestCheckArchTagsRefuses(t *testing.T) {
	amd64 := mustParse(t, "linux/amd64")
	for tag, base := range map[string]string{
		"1--amd64":                    "1",
		"1--arm64":                    "1",
		"1--armv7":                    "1",
		"1--arm":                      "1",
		"1--amd64v2":                  "1",
		"1.0--rc--arm64":              "1.0--rc",
		"1--windows-amd64":            "1",
		"1--windows-10.0.1--amd64":    "1--windows-10.0.1",
		"1--windows-10.0.20348-arm64": "1",
	} {
		err := platform.CheckArchTags(tag, amd64)
		assert.ErrorIs(t, err, platform.ErrArchTag)
		assert.ErrorContains(t, err, `it reads as the arch tag of "`+base+`"`)
	}

	features := mustParse(t, "windows(10.0.1)/amd64,windows(10.0.1+win32k)/amd64")
	err := platform.CheckArchTags("1", features)
	assert.ErrorIs(t, err, platform.ErrArchTag)
	assert.ErrorContains(t, err,
		`windows(10.0.1)/amd64 and windows(10.0.1+win32k)/amd64 would both be "1--windows-10.0.1-amd64"`)

	err = platform.CheckArchTags(strings.Repeat("t", 126), amd64)
	assert.ErrorIs(t, err, platform.ErrArchTag)
	assert.ErrorContains(t, err, "133 characters")
}
