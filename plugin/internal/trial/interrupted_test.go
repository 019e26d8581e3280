package trial

import (
	"context"
	"io"
	"slices"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// A test that has said no has said it, also where the run is ended before the others are done; one that has said
// nothing yet leaves nothing behind.
func TestInterruptedRedIsOwed(t *testing.T) {
	for name, want := range map[string]int{"false": 1, "true": 0} {
		t.Run(name, func(t *testing.T) {
			cli, engine := plugintest.NewCLI(t).NewEngine(t)
			s := plugintest.OpenStore(t, cli)
			read, err := s.PlatformImage(t.Context(), plugintest.UntestedImage(t, s, "linux/amd64", "app"))
			assert.NilError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ends := engine.Ends
			engine.Ends = func(command []string) int {
				if slices.Contains(command, "sleep") {
					cancel()
				}
				return ends(command)
			}
			b, wait := auditingBench(t, io.Discard)
			b.host, b.Plan = cli.Host(), testingBench(t, name, "sleep").Plan
			b.Plan.Flags = []string{"--test=" + name, "--test=sleep"}
			o := b.Try(ctx, b.Shelf(s, []reference.NamedTagged{plugintest.Named(t, "app:1")}).Subject(read))
			assert.NilError(t, wait())
			assert.Equal(t, o.State, draft.Untested, o.Reason)
			assert.Assert(t, o.Interrupted)
			assert.Equal(t, o.Failure(), "")
			assert.Equal(t, o.Verdict(), shown.Canceled)
			assert.ErrorIs(t, o.Err, context.Canceled)
			book, err := s.Debts().Of(t.Context(), read.Manifest.Config.Digest)
			assert.NilError(t, err)
			assert.Equal(t, len(book.Failing()), want)
			if want > 0 {
				assert.DeepEqual(t, book.Words(), b.Plan.Flags)
			}
		})
	}
}
