package plugin

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// verify --platform looks at the platforms that are asked for and at no other; one that is not there is a fault.
func TestVerifyPlatform(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake.CLI)
	r := newFakeRegistry(t)
	name := r.Host + "/team/app:1"
	broken := plugintest.PassedImage(t, s, "linux/arm64", "app")
	plugintest.SaveDraft(t, s, name, "linux/amd64,linux/arm64", plugintest.PassedImage(t, s, "linux/amd64", "app"), broken)
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	r.Forget(t, "/v2/team/app/manifests/"+broken.Manifest.Digest.String())

	out, err := fake.command(t, "verify", "--platform", "amd64", "--require-tested", name)
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(out, "linux/amd64") && !strings.Contains(out, "arm64"), out)
	out, err = fake.command(t, "verify", "--platform", "amd64,arm64", name)
	assert.Equal(t, ExitCode(err), 9)
	assert.ErrorContains(t, err, "linux/arm64: manifest "+broken.Manifest.Digest.String()+" is missing")
	assert.Check(t, is.Contains(out, "linux/amd64"))
	_, err = fake.command(t, "verify", "--platform", "linux/s390x", name)
	assert.Equal(t, ExitCode(err), 9)
	assert.ErrorContains(t, err, "linux/s390x is not in it, which has linux/amd64, linux/arm64")

	single := r.Host + "/team/app:1--amd64" // whose platform only its config says
	_, err = fake.command(t, "verify", "--platform", "linux/amd64", single)
	assert.NilError(t, err)
	_, err = fake.command(t, "verify", "--platform", "linux/arm64", single)
	assert.Equal(t, ExitCode(err), 9)
	assert.ErrorContains(t, err, "linux/arm64 is not in it, which has linux/amd64")

	r.Intercept(func(_ http.ResponseWriter, request *http.Request) bool {
		assert.Check(
			t,
			!strings.Contains(request.URL.Path, broken.Manifest.Digest.String()),
			"another platform was asked for",
		)
		return false
	})
	_, err = fake.command(t, "verify", "--platform", "amd64", name)
	assert.NilError(t, err)
}
