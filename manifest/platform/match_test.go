package platform_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// The os.version of an image counts only where one was asked for; of a release, the monthly update does not count.
func TestMatches(t *testing.T) {
	for _, tc := range []struct {
		image, asked             string
		same, satisfies, release bool
	}{
		{"linux/amd64", "linux/amd64", true, true, true},
		{"linux/arm64/v8", "linux/arm64", true, true, true},
		{"linux/arm/v6", "linux/arm/v7", false, false, false},
		{"windows(10.0.20348.1)/amd64", "windows/amd64", false, true, false},
		{"windows(10.0.20348.1+win32k)/amd64", "windows/amd64", false, true, false},
		{"windows/amd64", "windows(10.0.20348.1)/amd64", false, false, false},
		{"windows(10.0.20348.1)/amd64", "windows(10.0.20348.2)/amd64", false, false, true},
		{"windows(10.0.20348.1)/amd64", "windows(10.0.17763.1)/amd64", false, false, false},
	} {
		image, err := platform.Parse([]string{tc.image})
		assert.NilError(t, err)
		asked, err := platform.Parse([]string{tc.asked})
		assert.NilError(t, err)
		assert.Equal(t, platform.Equal(image[0], asked[0]), tc.same, "%+v", tc)
		assert.Equal(t, platform.Satisfies(image[0], asked[0]), tc.satisfies, "%+v", tc)
		assert.Equal(t, platform.SameRelease(image[0], asked[0]), tc.release, "%+v", tc)
	}
}
