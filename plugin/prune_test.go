package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/command"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

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
	s := plugintest.OpenStore(t, fake)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64")
	for _, args := range [][]string{{"tag", "none:1", "other:1"}, {"rm", "none:1", "app:1"}} {
		err := fake.run(t, args...)
		assert.ErrorContains(t, err, `"none:1"`)
		assert.Equal(t, ExitCode(err), failure.ExitInput)
	}
	assert.Equal(t, fake.Stdout.String(), "app:1\n")
	drafts, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(drafts), 0)
}

// A draft under another name is the same bytes; a name whose arch tags cannot be is refused.
func TestTag(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	draft := plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
	assert.NilError(t, fake.run(t, "tag", "app:1", "reg.example/team/app"))
	other, err := s.Draft(t.Context(), plugintest.Named(t, "reg.example/team/app:latest"))
	assert.NilError(t, err)
	assert.Equal(t, other.Index.Digest, draft.Index.Digest)
	assert.Equal(t, other.Published.String(), "")
	err = fake.run(t, "tag", "app:1", "app:"+strings.Repeat("x", 125))
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.ErrorContains(t, err, "128")
}

// A store of a newer version is refused in words by every command, and left as it is.
func TestNewerStoreIsRefused(t *testing.T) {
	fake := newFakeCLI(t)
	folder := command.StoreFolder(fake)
	assert.NilError(t, plugintest.OpenStore(t, fake).Close())
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
		assert.Equal(t, ExitCode(err), failure.ExitInput, args[0])
	}
	after, err := os.ReadFile(file)
	assert.NilError(t, err)
	assert.Equal(t, string(after), newer)
}

// A store that cannot be used is told by its folder, with what names another one.
func TestUnusableStore(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, os.WriteFile(command.StoreFolder(fake), nil, 0o600))
	err := fake.run(t, "ls")
	assert.Equal(t, ExitCode(err), failure.ExitNotReady)
	assert.ErrorContains(t, err, command.StoreFolder(fake))
	assert.Assert(t, strings.Contains(explained(err), "MULTIPLAT_STORE=FOLDER in the environment names another folder"))
}
