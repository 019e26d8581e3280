package trial

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// An image whose layers an engine has lost once it was loaded, as when somebody removes another of the same bytes, is
// given to it once more, and tested. What it loses again is in error: the image has failed nothing.
func TestImageThatIsRemovedBeforeItsTest(t *testing.T) {
	for lost, want := range map[int]draft.State{0: draft.Passed, 1: draft.Passed, 2: draft.Broken} {
		cli, engine := plugintest.NewCLI(t).NewEngine(t)
		engine.Lost = lost
		s := plugintest.OpenStore(t, cli)
		read, err := s.PlatformImage(t.Context(), plugintest.UntestedImage(t, s, "linux/amd64", "app"))
		assert.NilError(t, err)
		var log strings.Builder
		b, wait := auditingBench(t, &log)
		b.host, b.Plan = cli.Host(), testingBench(t, "true").Plan
		o := b.Try(t.Context(), b.Shelf(s, []reference.NamedTagged{plugintest.Named(t, "app:1")}).Subject(read))
		assert.NilError(t, wait())
		assert.Equal(t, o.State, want, "%v", o.Err)
		assert.Equal(t, o.Err != nil, lost > 1)
		assert.Equal(t, strings.Count(log.String(), "loading app:1--amd64"), 1+min(lost, 1), log.String())
	}
}

// A test that has said no has said it, also where the image is lost to the next one: nothing is tried until it says yes.
func TestImageThatIsRemovedAfterARedTest(t *testing.T) {
	cli, engine := plugintest.NewCLI(t).NewEngine(t)
	s := plugintest.OpenStore(t, cli)
	read, err := s.PlatformImage(t.Context(), plugintest.UntestedImage(t, s, "linux/amd64", "app"))
	assert.NilError(t, err)
	asked := 0
	engine.Ends = func(command []string) int {
		if !slices.Contains(command, "false") {
			return 0
		}
		if asked++; asked > 1 {
			return 0
		}
		engine.Lost = 1
		return 1
	}
	b, wait := auditingBench(t, io.Discard)
	b.host, b.Plan = cli.Host(), testingBench(t, "false", "true").Plan
	o := b.Try(t.Context(), b.Shelf(s, []reference.NamedTagged{plugintest.Named(t, "app:1")}).Subject(read))
	assert.NilError(t, wait())
	assert.Equal(t, asked, 1)
	assert.Assert(t, o.State != draft.Passed, o.Reason)
	book, err := s.Debts().Of(t.Context(), read.Manifest.Config.Digest)
	assert.NilError(t, err)
	assert.Equal(t, len(book.Failing()), 1)
}
