package trial

import (
	"io"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// An image in a registry is audited before the engine hears of it, unless its record shows that it was.
func TestTestOfPublishedImageAudits(t *testing.T) {
	fake, registryValue := plugintest.NewCLI(t), plugintest.NewRegistry(t)
	desc := registryValue.Mislabelled(t, "a", plugintest.Linux("arm64", ""), plugintest.Linux("amd64", ""))
	name, err := reference.ParseNormalizedNamed(registryValue.Host + "/team/app@" + desc.Digest.String())
	assert.NilError(t, err)
	client := fake.Host().Registries(dockercli.Trust{}, func(string) {})
	repository, err := client.Repository(t.Context(), name, registry.Push)
	assert.NilError(t, err)
	b, _ := auditingBench(t, io.Discard)
	b.Plan.Name, b.Plan.Mode, b.host = name, Test, fake.Host()
	image := manifest.Image{Platform: plugintest.Linux("arm64", ""), Manifest: desc}
	o := b.Try(t.Context(), b.quay(repository, name).subject(image))
	assert.Equal(t, o.State, draft.Failed)
	assert.Equal(t, o.Stage(), StageTest)
	assert.ErrorContains(t, AuditError("linux/arm64", *o.Audit, "test"),
		"linux/arm64: audit: /app: x86-64 executable; it is the command")
	assert.Equal(t, b.Plan.RecordName(), registryValue.Host+"/team/app")
	assert.Assert(t, b.Plan.Published())
}
