package manifest_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

func TestPlatformOf(t *testing.T) {
	for _, tc := range []struct {
		config, want string
	}{
		{`{"architecture":"amd64","os":"linux","rootfs":{}}`, "linux/amd64"},
		{`{"architecture":"arm64","os":"linux","variant":"v8"}`, "linux/arm64"},
		{`{"architecture":"arm","os":"linux","variant":"v6"}`, "linux/arm/v6"},
		{
			`{"architecture":"amd64","os":"windows","os.version":"10.0.17763.1","os.features":["win32k"]}`,
			"windows(10.0.17763.1+win32k)/amd64",
		},
	} {
		p, err := manifest.PlatformOf([]byte(tc.config))
		assert.NilError(t, err)
		assert.Equal(t, platform.Format(p), tc.want)
	}
}

func TestPlatformOfRefuses(t *testing.T) {
	for _, config := range []string{
		``, `[]`, `{}`, `{"os":"linux"}`, `{"architecture":"amd64"}`, `{"os":"unknown","architecture":"unknown"}`,
		`{"os":"linux","architecture":"amd64","variant":"` + strings.Repeat("x", 1025) + `"}`,
		`{"os":"linux","architecture":"amd64","x":"` + strings.Repeat("x", 4<<20) + `"}`,
	} {
		_, err := manifest.PlatformOf([]byte(config))
		assert.ErrorIs(t, err, platform.ErrInvalid)
		assert.ErrorContains(t, err, "reading the platform of an image config")
	}
}
