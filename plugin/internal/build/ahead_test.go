package build

import (
	"io"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// sentAhead notes what is sent ahead.
type sentAhead struct {
	sent, stopped int
	ended         []bool
}

// Send implements Ahead.
func (a *sentAhead) Send(content.Provider, manifest.Image, map[string]string) (stop func()) {
	a.sent++
	return func() { a.stopped++ }
}

// End implements Ahead.
func (a *sentAhead) End(published bool) { a.ended = append(a.ended, published) }

// Nothing is sent of an image that the audit refuses, and what is sent ends where its tests do not pass. Where one
// platform will not be published the others are not sent to their end either.
func TestSentAheadOfTheVerdict(t *testing.T) {
	cli, _ := plugintest.NewCLI(t).NewEngine(t)
	s := plugintest.OpenStore(t, cli)
	for _, tc := range []struct {
		image         manifest.Image
		state         draft.State
		sent, stopped int
	}{
		{plugintest.ProgramsOf(t, s, "linux/arm64", "/app").Image, draft.Failed, 0, 0},
		{plugintest.UntestedImage(t, s, "windows/amd64", "app"), draft.NotRun, 1, 1},
	} {
		ahead := &sentAhead{}
		b := buildingOf(t, s, "linux/amd64")
		b.plan.Ahead = ahead
		var err error
		b.bench, err = trial.Open(t.Context(), cli.Host(), b.plan.Plan, plugintest.PlainDisplay(t, io.Discard), nil)
		assert.NilError(t, err)
		b.bench.Engine = engine.Engine{Platform: plugintest.Linux("amd64", ""), Cores: 1}
		b.shelf = b.bench.Shelf(s, b.plan.Names)
		b.host = dockercli.New(cli, "test", nil)
		now, err := s.PlatformImage(t.Context(), tc.image)
		assert.NilError(t, err)
		o := b.try(t.Context(), now, nil)
		assert.Equal(t, o.State, tc.state, o.Reason)
		assert.Equal(t, ahead.sent, tc.sent)
		assert.Equal(t, ahead.stopped, tc.stopped)
		b.rows = []Row{{Outcome: o}}
		b.endAhead(t.Context(), nil)
		b.rows[0].State = draft.Passed
		b.endAhead(t.Context(), nil)
		assert.DeepEqual(t, ahead.ended, []bool{false, true})
	}
}
