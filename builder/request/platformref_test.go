package request

import (
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// The platform goes into the tag of a cache reference; a digest has nothing to be overwritten.
func TestPlatformRef(t *testing.T) {
	arm64 := ocispec.Platform{OS: "linux", Architecture: "arm64"}
	armv7 := ocispec.Platform{OS: "linux", Architecture: "arm", Variant: "v7"}
	windows := ocispec.Platform{OS: "windows", Architecture: "amd64", OSVersion: "10.0.20348"}
	pinned := "reg.corp/app@sha256:" + strings.Repeat("a", 64)
	for _, tc := range []struct {
		ref      string
		platform ocispec.Platform
		want     string
	}{
		{"reg.corp/app:cache", arm64, "reg.corp/app:cache--arm64"},
		{"reg.corp:5000/a/app:cache", armv7, "reg.corp:5000/a/app:cache--armv7"},
		{"app", arm64, "app:latest--arm64"},
		{"docker.io/library/app:1", arm64, "app:1--arm64"},
		{"app:1", windows, "app:1--windows-10.0.20348-amd64"},
		{pinned, arm64, pinned},
	} {
		got, err := platformRef(tc.ref, tc.platform)
		assert.NilError(t, err, tc.ref)
		assert.Equal(t, got, tc.want)
	}
	for _, ref := range []string{"UPPER", "", "app:" + strings.Repeat("t", 126)} {
		_, err := platformRef(ref, arm64)
		assert.ErrorContains(t, err, "cache reference", "%q", ref)
	}
}
