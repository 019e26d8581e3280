package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// --manual needs somebody to ask, and runs no tests.
func TestManualRefusals(t *testing.T) {
	const nobody = "there is no terminal"
	assertRefused(t, []refusal{
		{"off a terminal", []string{"test", "--manual", "app"}, []string{"--manual asks", nobody}},
		{"a digest", []string{"test", "--manual", "app@sha256:" + strings.Repeat("0", 64)}, []string{nobody}},
		{"beside a test", []string{"test", "--manual", "--test", "true", "app"}, []string{"--manual runs no tests"}},
		{"beside the smoke test", []string{"test", "--manual", "--test-local", "app"}, []string{"--manual runs no tests"}},
		{"with a network", []string{"test", "--manual", "--test-network", "n", "app"}, []string{"--manual runs no tests"}},
	})
}

// What a person has said of an image is shown beside the verdict.
func TestInspectShowsWhoHasLooked(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	image := plugintest.PassedImage(t, s, "linux/amd64", "app")
	before, _, err := record.Of(t.Context(), s, image)
	assert.NilError(t, err)
	said := record.Manual{Passed: true, Who: "Jane Doe", Remark: "fine"}
	image, err = record.Add(t.Context(), s, image, "docker.io/library/app:1", said.AddTo(before, nil))
	assert.NilError(t, err)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", image)
	out, err := fake.inspect(t, "--local", "app:1")
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(out, "passed, looked at by Jane Doe"), out)
}
