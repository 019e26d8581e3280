package command

import (
	"context"
	"testing"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Which drafts prune takes: those that were published as they are, all with --all, of these the old ones alone.
func TestPruneChooses(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	draftOf := func(name string, published digest.Digest, age time.Duration) draft.Draft {
		d := draft.Draft{Name: plugintest.Named(t, name), Published: published, Updated: now.Add(-age)}
		d.Index.Digest = "sha256:now"
		return d
	}
	drafts := []draft.Draft{
		draftOf("unpublished:1", "", 48*time.Hour), draftOf("older:1", "sha256:before", 48*time.Hour),
		draftOf("published:1", "sha256:now", 48*time.Hour), draftOf("young:1", "sha256:now", time.Minute),
	}
	for _, tc := range []struct {
		name string
		args []string
		want []string
	}{
		{"published", nil, []string{"published:1", "young:1"}},
		{"all", []string{"--all"}, []string{"unpublished:1", "older:1", "published:1", "young:1"}},
		{"old ones", []string{"--filter", "until=24h"}, []string{"published:1"}},
		{"all old ones", []string{"-a", "--filter", "until=47h59m"}, []string{"unpublished:1", "older:1", "published:1"}},
		{"none that old", []string{"-a", "--filter", "until=49h"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var options pruneOptions
			parse(t, newPruneCommand(plugintest.NewCLI(t), func(_ context.Context, _ command.Cli, o pruneOptions) error {
				options = o
				return nil
			}), tc.args...)
			asked, err := options.parse(now)
			assert.NilError(t, err)
			var got []string
			for _, d := range asked.Choose(drafts) {
				got = append(got, reference.FamiliarString(d.Name))
			}
			assert.DeepEqual(t, got, tc.want)
		})
	}
}
