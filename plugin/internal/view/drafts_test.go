package view

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// The table of ls says which platforms are not fit, and what the name has got from here.
func TestLsTable(t *testing.T) {
	fake := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.MixedDraft(t, s, "mixed:1")
	plugintest.SaveDraft(t, s, "fresh:1", "linux/amd64,linux/arm64",
		plugintest.UntestedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	list, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.NilError(t, s.MarkPublished(t.Context(), list[1].Name, "sha256:"+
		"1f0c2b3d4e5f60718293a4b5c6d7e8f91f0c2b3d4e5f60718293a4b5c6d7e8f9"))
	found, err := drafts.List(t.Context(), s)
	assert.NilError(t, err)
	assert.NilError(t, Drafts(fake, List{Format: FormatTable}, found.Rows))
	lines := strings.Split(fake.Stdout.String(), "\n")
	for i, want := range []string{
		"fresh:1 amd64,arm64 untested no ", "mixed:1 amd64,arm64,s390x failed arm64; missing s390x older 1f0c2b3d4e5f ",
	} {
		line := strings.Join(strings.Fields(lines[i+1]), " ")
		assert.Check(t, strings.HasPrefix(line, want), line)
	}
}
