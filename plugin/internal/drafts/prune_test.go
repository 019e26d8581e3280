package drafts

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What is built anew while somebody is asked whether to prune stays, and what another process has removed meanwhile is
// gone: neither keeps the others.
func TestPruneWhatChangedMeanwhile(t *testing.T) {
	cli, _ := plugintest.NewCLI(t).NewEngine(t)
	s := plugintest.OpenStore(t, cli)
	for _, name := range []string{"again:1", "gone:1", "old:1"} {
		plugintest.SavePassed(t, s, name, "app")
	}
	list, err := s.List(t.Context())
	assert.NilError(t, err)
	plugintest.SavePassed(t, s, "again:1", "new")
	again, err := s.Draft(t.Context(), plugintest.Named(t, "again:1"))
	assert.NilError(t, err)
	assert.NilError(t, s.Remove(t.Context(), plugintest.Named(t, "gone:1")))

	removed, err := PruneRequest{All: true}.Prune(t.Context(), cli.Host(), s, list, time.Now())
	assert.NilError(t, err)
	assert.Equal(t, len(removed.Drafts), 1)
	assert.Equal(t, removed.Drafts[0].Name.String(), "docker.io/library/old:1")
	assert.DeepEqual(t, removed.Notes, []string{"again:1 left alone: it was changed meanwhile"})
	left, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(left), 1)
	assert.Equal(t, left[0].Index.Digest, again.Index.Digest)
}

// An engine that is not there is asked once, however many drafts there are; the notes name what was not asked for.
func TestPruneAsksOnceWhatDoesNotAnswer(t *testing.T) {
	cli := plugintest.NewCLI(t)
	var asked atomic.Int32
	without := cli.WithEngine(t, func(r *http.Request) (*http.Response, error) {
		if strings.Contains(r.URL.Path, "/images/") {
			asked.Add(1)
		}
		return nil, errors.New("connect: connection refused")
	})
	s := plugintest.OpenStore(t, cli)
	for _, name := range []string{"a:1", "b:1", "c:1"} {
		plugintest.SavePassed(t, s, name, "app")
	}
	list, err := s.List(t.Context())
	assert.NilError(t, err)
	removed, err := PruneRequest{All: true}.Prune(t.Context(), without.Host(), s, list, time.Now())
	assert.NilError(t, err)
	assert.Equal(t, len(removed.Drafts), 3)
	assert.Equal(t, len(removed.Notes), 3, removed.Notes)
	assert.Equal(t, asked.Load(), int32(1))
}
