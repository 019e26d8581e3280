package platform

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

func TestPlatformName(t *testing.T) {
	for want, p := range map[string]ocispec.Platform{
		"linux/arm64":               {OS: "linux", Architecture: "arm64", Variant: "v8"},
		"linux/arm/v7":              {OS: "linux", Architecture: "arm", Variant: "7"},
		"windows(10.0.20348)/amd64": {OS: "windows", Architecture: "amd64", OSVersion: "10.0.20348.2402"},
		"windows(10.0.17763)/amd64": {OS: "windows", Architecture: "amd64", OSVersion: "10.0.17763"},
		"linux/amd64":               {OS: "Linux", Architecture: "x86_64", OSFeatures: []string{"x"}},
		"freebsd(14.2)/amd64":       {OS: "freebsd", Architecture: "amd64", OSVersion: "14.2"},
		"windows/amd64":             {OS: "windows", Architecture: "amd64"},
		"linux/mips64le/hardfloat":  {OS: "linux", Architecture: "mips64le", Variant: "hardfloat"},
	} {
		assert.Equal(t, Release(p), want)
	}
}
