package plugin

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// Which drafts prune takes: those that were published as they are, all with --all, of these the old ones alone.
func TestPruneChooses(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	draft := func(name string, published digest.Digest, age time.Duration) store.Draft {
		d := store.Draft{Name: named(t, name), Published: published, Updated: now.Add(-age)}
		d.Index.Digest = "sha256:now"
		return d
	}
	drafts := []store.Draft{
		draft("unpublished:1", "", 48*time.Hour), draft("older:1", "sha256:before", 48*time.Hour),
		draft("published:1", "sha256:now", 48*time.Hour), draft("young:1", "sha256:now", time.Minute),
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
			parse(t, newPruneCommand(newFakeCLI(t), func(_ context.Context, _ command.Cli, o pruneOptions) error {
				options = o
				return nil
			}), tc.args...)
			assert.NilError(t, options.validate(now))
			var got []string
			for _, chosen := range options.choose(drafts) {
				got = append(got, reference.FamiliarString(chosen.Name))
			}
			assert.DeepEqual(t, got, tc.want)
		})
	}
}

func TestPruneRefusals(t *testing.T) {
	assertRefused(t, []refusal{
		{"unknown filter", []string{"prune", "-f", "--filter", "label=x"}, []string{`"label"`, "until=DURATION"}},
		{"no duration", []string{"prune", "-f", "--filter", "until=yesterday"}, []string{`"yesterday"`, "like 24h"}},
		{"of the future", []string{"prune", "-f", "--filter", "until=-1h"}, []string{`"-1h"`, "like 24h"}},
		{
			"twice",
			[]string{"prune", "-f", "--filter", "until=1h", "--filter", "until=2h"},
			[]string{"given 2 times", "give it once"},
		},
	})
}

// Commands that name a draft which is not there are bad input, and do what they can for the others.
func TestMissingDrafts(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	saveDraft(t, s, "app:1", "linux/amd64")
	for _, args := range [][]string{{"tag", "none:1", "other:1"}, {"rm", "none:1", "app:1"}} {
		err := fake.run(t, args...)
		assert.ErrorContains(t, err, `"none:1"`)
		assert.Equal(t, ExitCode(err), exitInput)
	}
	assert.Equal(t, fake.stdout.String(), "app:1\n")
	drafts, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(drafts), 0)
}

// A draft under another name is the same bytes; a name whose arch tags cannot be is refused.
func TestTag(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	draft := saveDraft(t, s, "app:1", "linux/amd64", passedImage(t, s, "linux/amd64", "app"))
	assert.NilError(t, fake.run(t, "tag", "app:1", "reg.example/team/app"))
	other, err := s.Draft(t.Context(), named(t, "reg.example/team/app:latest"))
	assert.NilError(t, err)
	assert.Equal(t, other.Index.Digest, draft.Index.Digest)
	assert.Equal(t, publishedState(other), "no")
	err = fake.run(t, "tag", "app:1", "app:"+strings.Repeat("x", 125))
	assert.Equal(t, ExitCode(err), exitInput)
	assert.ErrorContains(t, err, "128")
}

// A store of a newer version is refused in words by every command, and left as it is.
func TestNewerStoreIsRefused(t *testing.T) {
	fake := newFakeCLI(t)
	folder := storeFolder(fake)
	assert.NilError(t, openStore(t, fake).Close())
	file := filepath.Join(folder, "index.json")
	text, err := os.ReadFile(file)
	assert.NilError(t, err)
	newer := strings.Replace(string(text), `store.version":"1"`, `store.version":"2"`, 1)
	assert.Assert(t, newer != string(text))
	assert.NilError(t, os.WriteFile(file, []byte(newer), 0o600))
	for _, args := range [][]string{
		{"ls"},
		{"rm", "app:1"},
		{"tag", "app:1", "app:2"},
		{"prune", "-f"},
		{"publish", "reg.example/app:1"},
		{"inspect", "--local", "app:1"},
	} {
		err := fake.run(t, args...)
		assert.ErrorContains(t, err, `its format is "2", and this version knows "1"; update it`)
		assert.Equal(t, ExitCode(err), exitInput, args[0])
	}
	after, err := os.ReadFile(file)
	assert.NilError(t, err)
	assert.Equal(t, string(after), newer)
}

// A store that cannot be used is told by its folder, with what names another one.
func TestUnusableStore(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, os.WriteFile(storeFolder(fake), nil, 0o600))
	err := fake.run(t, "ls")
	assert.Equal(t, ExitCode(err), exitNotReady)
	assert.ErrorContains(t, err, storeFolder(fake))
	assert.Assert(t, strings.Contains(explained(err), "MULTIPLAT_STORE=FOLDER in the environment names another folder"))
}
