package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/check"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A build names a base that is pinned to one platform's digest before it begins, as check does: it works for that
// platform, and the others fail later, or are wrong.
func TestBuildNamesABasePinnedToOnePlatform(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	base := r.base(t, "1", plugintest.Linux("amd64", ""))
	out, err := fake.command(t, "inspect", "--remote", "--format", "{{(index .Published.Platforms 0).Manifest}}", base)
	assert.NilError(t, err)
	pinned := base + "@" + strings.TrimSpace(out)
	inFolder(t, "FROM "+pinned+"\n")
	var lines []string
	for range 5 { // it looks for three seconds, which may be too short for a busy machine
		if lines = check.Before(t.Context(), fake.Host(), nil, request.Request{
			Context: ".", Platforms: plugintest.ParsePlatforms(t, "linux/amd64", "linux/arm64"),
		}); len(lines) > 0 {
			break
		}
	}
	assert.Equal(t, len(lines), 1, "%q", lines)
	for _, want := range []string{
		"linux/arm64: ", "is the digest of the manifest of linux/amd64", "(Dockerfile:1)", "BasePinnedPlatform",
		"docker buildx imagetools inspect " + base,
	} {
		assert.Check(t, strings.Contains(lines[0], want), "%q is not in %q", want, lines[0])
	}
}
