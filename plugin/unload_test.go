package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What a draft did not load stays in the engine, though it has the name that the draft's image would get. What it did
// load goes, whichever image store the engine has: its ID is the digest of the manifest on one, of the config on the
// other.
func TestOnlyOwnImagesAreUnloaded(t *testing.T) {
	for _, command := range [][]string{{"rm", "app:1"}, {"prune", "--all", "--force"}} {
		fake := newFakeCLI(t)
		s := plugintest.OpenStore(t, fake)
		amd64 := plugintest.PassedImage(t, s, "linux/amd64", "app")
		arm64 := plugintest.PassedImage(t, s, "linux/arm64", "app")
		s390x := plugintest.PassedImage(t, s, "linux/s390x", "app")
		plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64,linux/s390x", amd64, arm64, s390x)
		read, err := s.PlatformImage(t.Context(), arm64)
		assert.NilError(t, err)
		engine := &plugintest.EngineImages{IDs: map[string]string{
			"app:1--amd64": amd64.Manifest.Digest.String(),
			"app:1--arm64": read.Manifest.Config.Digest.String(),
			"app:1--s390x": "sha256:" + strings.Repeat("5", 64),
		}}
		other := &fakeCLI{fake.WithEngine(t, engine.Answer)}
		assert.NilError(t, other.run(t, command...))
		assert.DeepEqual(t, engine.IDs, map[string]string{"app:1--s390x": "sha256:" + strings.Repeat("5", 64)})
		assert.Assert(t, strings.Contains(other.Stderr.String(),
			"app:1--s390x left alone: not this draft's image\n"), other.Stderr.String())
		assert.Equal(t, strings.Count(other.Stderr.String(), "left alone"), 1)
	}
}

// What a draft loaded before its last builds is its image still.
func TestImagesLoadedBeforeAreUnloaded(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "newest"))
	older := "sha256:" + strings.Repeat("6", 64)
	plugintest.SaveNote(t, s, "app:1", "linux/amd64", draft.Note{Loaded: []string{older}})
	engine := &plugintest.EngineImages{IDs: map[string]string{"app:1--amd64": older}}
	other := &fakeCLI{fake.WithEngine(t, engine.Answer)}
	assert.NilError(t, other.run(t, "rm", "app:1"))
	assert.Equal(t, len(engine.IDs), 0, other.Stderr.String())
}
