package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Cleaning up lifts no verdict: what the image of a draft has failed holds when prune has removed the draft, for what is
// published, and for the next build of the same bytes. rm forgets it then as well.
func TestPrunedDraftsForgetNothing(t *testing.T) {
	r := red(t)
	config, err := r.store.ConfigOf(t.Context(), r.image)
	assert.NilError(t, err)
	r.ends(t, failure.ExitDone, "prune", "--all", "--force")
	book, err := r.store.Debts().Of(t.Context(), config)
	assert.NilError(t, err)
	assert.Equal(t, len(book.Debts), 1)
	plugintest.SaveDraft(t, r.store, r.name, "linux/amd64", plugintest.PassedImage(t, r.store, "linux/amd64", "app"))
	r.shut(t, r.name)
	r.ends(t, failure.ExitDone, "rm", r.name)
	plugintest.SaveDraft(t, r.store, r.name, "linux/amd64", plugintest.PassedImage(t, r.store, "linux/amd64", "app"))
	r.open(t, r.name)
}

// What leads to a place that is not there, or is no folder, opens no gate, and the message says what to do.
func TestDamagedFolderOfDebtsOpensNothing(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"dangling": func(path string) error { return os.Symlink(filepath.Join(path, "..", "gone"), path) },
		"a file":   func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			r := red(t)
			plugintest.SaveDraft(t, r.store, r.name, "linux/amd64",
				plugintest.PassedImage(t, r.store, "linux/amd64", "app"))
			folder := filepath.Join(r.Drafts(), "debts")
			assert.NilError(t, os.RemoveAll(folder))
			assert.NilError(t, damage(folder))
			r.shut(t, r.name)
			r.engine.Ends = func([]string) int { return 0 }
			for _, args := range [][]string{{"test", "--test", "true", r.name}, {"rm", r.name}} {
				text := r.ends(t, failure.ExitNotReady, args...)
				assert.Check(t, strings.Contains(text, folder+" is no folder"), text)
			}
		})
	}
}

// Where the same bytes have failed under another name, that is said.
func TestOtherNameIsSaid(t *testing.T) {
	r := red(t)
	other := r.registry.Host + "/team/app:2"
	plugintest.SaveDraft(t, r.store, other, "linux/amd64", r.image)
	r.engine.Ends = func([]string) int { return 0 }
	text := r.ends(t, failure.ExitTests, "test", "--test", "true", other)
	assert.Check(t, strings.Contains(text, "as "+r.name), text)
	text = r.ends(t, failure.ExitTests, "publish", other)
	assert.Check(t, strings.Contains(text, "as "+r.name), text)
	text = r.ends(t, failure.ExitTests, "test", "--test", "true", r.name)
	assert.Check(t, !strings.Contains(text, "as "+r.name), text)
}
