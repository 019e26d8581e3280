package plugin

import (
	"io"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	manifestregistry "github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// An image in a registry is audited before the engine hears of it, unless its record shows that it was.
func TestTestOfPublishedImageAudits(t *testing.T) {
	fake, registry := newTestCLI(t), newTestRegistry(t)
	desc := registry.mislabelled(t, "a", linux("arm64", ""), linux("amd64", ""))
	name, err := reference.ParseNormalizedNamed(registry.host + "/team/app@" + desc.Digest.String())
	assert.NilError(t, err)
	client := fake.host().registries(trust{}, func(string) {})
	repository, err := client.Repository(t.Context(), name, manifestregistry.Push)
	assert.NilError(t, err)
	b, _ := auditingBench(t, io.Discard)
	b.plan.name, b.plan.mode, b.host = name, testMode, fake.host()
	image := manifest.Image{Platform: linux("arm64", ""), Manifest: desc}
	o := b.try(t.Context(), b.quay(repository, name).subject(image))
	assert.Equal(t, o.state, draft.Failed)
	assert.Equal(t, o.stage(), stageTest)
	assert.ErrorContains(t, auditError("linux/arm64", *o.audit, "test"),
		"linux/arm64: audit: /app: x86-64 executable; it is the command")
	assert.Equal(t, b.plan.recordName(), registry.host+"/team/app")
	assert.Assert(t, b.plan.published())
}
