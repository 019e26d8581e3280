package build

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// The tests that a build is to put its images to are known before it comes to them: one that is interrupted or fails
// is not made up for by one that asks for none.
func TestBegunBuildRemembersItsTests(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.UntestedImage(t, s, "linux/amd64", "app"))
	b := buildingOf(t, s, "linux/amd64")
	b.plan.Flags = []string{"--test=app --check"}
	assert.NilError(t, b.announce(t.Context()))
	unbuilt := Row{Outcome: trial.Outcome{
		Platform: plugintest.Linux("amd64", ""), State: draft.NotBuilt, Reason: "RUN false",
	}}
	for range 2 {
		d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
		assert.NilError(t, err)
		assert.DeepEqual(t, d.Note(plugintest.Linux("amd64", "")).Tests, b.plan.Flags)
		assert.NilError(t, b.note(t.Context(), unbuilt))
	}
}
