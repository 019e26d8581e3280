package plugin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Where a test was wrong itself the refusal says the command that helps, and that helps: with the last draft that knows
// the image it is forgotten what it has failed, and not before.
func TestRemovingTheDraftForgets(t *testing.T) {
	r := red(t)
	other := r.registry.Host + "/team/app:2"
	plugintest.SaveDraft(t, r.store, other, "linux/amd64", r.image)
	text := r.ends(t, failure.ExitTests, "publish", r.name)
	_, command, found := strings.Cut(text, "if a test was wrong itself, ")
	assert.Assert(t, found, text)
	_, command, _ = strings.Cut(command, ": ")
	remove := printed(t, "  remove: "+command, "remove")
	assert.DeepEqual(t, remove, []string{"rm", r.name, other})

	r.ends(t, failure.ExitDone, "rm", r.name)
	r.ends(t, failure.ExitTests, "publish", other)
	r.ends(t, failure.ExitDone, "rm", other)
	plugintest.SaveDraft(t, r.store, r.name, "linux/amd64", plugintest.PassedImage(t, r.store, "linux/amd64", "app"))
	r.open(t, r.name)
}

// What was built over is known to the draft still, and goes with it.
func TestRemovingTheDraftForgetsWhatWasBuiltOver(t *testing.T) {
	r := red(t)
	other := r.registry.Host + "/team/app:2"
	plugintest.SaveDraft(t, r.store, other, "linux/amd64", plugintest.PassedImage(t, r.store, "linux/amd64", "new"))
	r.ends(t, failure.ExitDone, "tag", other, r.name)
	r.ends(t, failure.ExitDone, "rm", other)
	plugintest.SaveDraft(t, r.store, other, "linux/amd64", plugintest.PassedImage(t, r.store, "linux/amd64", "app"))
	r.ends(t, failure.ExitTests, "publish", other)
	r.ends(t, failure.ExitDone, "rm", other, r.name)
	plugintest.SaveDraft(t, r.store, other, "linux/amd64", plugintest.PassedImage(t, r.store, "linux/amd64", "app"))
	r.open(t, other)
}

// What no draft knows is forgotten when nothing new was heard of it for long, and not before.
func TestPruneForgetsWhatIsOld(t *testing.T) {
	r := newRedness(t)
	image, to := r.published(t), r.registry.Host+"/team/app:2"
	r.ends(t, failure.ExitTests, "test", "--test", "false", image)
	r.ends(t, failure.ExitDone, "prune", "-f")
	r.ends(t, failure.ExitTests, "promote", "--allow-untested", image, to)
	files, err := filepath.Glob(filepath.Join(r.Drafts(), "debts", "*"))
	assert.NilError(t, err)
	assert.Equal(t, len(files), 1)
	old := time.Now().Add(-100 * 24 * time.Hour)
	assert.NilError(t, os.Chtimes(files[0], old, old))
	r.ends(t, failure.ExitDone, "prune", "-f")
	r.ends(t, failure.ExitDone, "promote", "--allow-untested", image, to)
}

// What stands in a damaged file opens no gate. The refusal names the file, and the command that helps.
func TestDamagedDebtsOpenNothing(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"torn":       func(path string) error { return os.WriteFile(path, []byte(`{"image":"sha2`), 0o600) },
		"empty":      func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"none in it": func(path string) error { return os.WriteFile(path, []byte(`{"debts":[]}`), 0o600) },
		"a folder":   func(path string) error { _ = os.Remove(path); return os.Mkdir(path, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			r := red(t)
			plugintest.SaveDraft(t, r.store, r.name, "linux/amd64",
				plugintest.PassedImage(t, r.store, "linux/amd64", "app"))
			files, err := filepath.Glob(filepath.Join(r.Drafts(), "debts", "*.json"))
			assert.NilError(t, err)
			assert.Equal(t, len(files), 1)
			assert.NilError(t, damage(files[0]))
			text := r.ends(t, failure.ExitTests, "publish", r.name)
			assert.Check(t, strings.Contains(text, files[0]), text)
			assert.Check(t, strings.Contains(text, "docker multiplat rm "+r.name), text)
			r.engine.Ends = func([]string) int { return 0 }
			_, err = r.command(t, "test", "--test", "false", r.name)
			assert.Assert(t, err != nil)
			r.shut(t, r.name)
			r.ends(t, failure.ExitDone, "rm", r.name)
			plugintest.SaveDraft(t, r.store, r.name, "linux/amd64",
				plugintest.PassedImage(t, r.store, "linux/amd64", "app"))
			r.open(t, r.name)
		})
	}
}

// Stores of before say in the notes of a draft what its images have failed: that holds as if it had failed now.
func TestNotesOfBeforeHold(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app:1"
	s := plugintest.OpenStore(t, fake)
	plugintest.SaveDraft(t, s, name, "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
	plugintest.SaveNote(t, s, name, "linux/amd64", draft.Note{State: draft.Failed, Reason: "exit code 7, not 0"})
	path := filepath.Join(fake.Drafts(), "index.json")
	body, err := os.ReadFile(path)
	assert.NilError(t, err)
	var index map[string]any
	assert.NilError(t, json.Unmarshal(body, &index))
	entry := index["manifests"].([]any)[0].(map[string]any)["annotations"].(map[string]any)
	entry["com.docker-multiplat.notes"] = `{"linux/amd64":{"failure":"exit code 7, not 0","verdict":"inconclusive",` +
		`"failedTests":["--test=app"],"loaded":["sha256:1"]}}`
	delete(entry, "com.docker-multiplat.sum") // which came later
	body, err = json.Marshal(index)
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(path, body, 0o600))

	_, err = fake.command(t, "publish", "--allow-untested", "--reason", "late", name)
	assert.Equal(t, ExitCode(err), failure.ExitTests, "%v", err)
	assert.ErrorContains(t, err, "linux/amd64 failed: exit code 7, not 0")
	d, err := s.Draft(t.Context(), plugintest.Named(t, name))
	assert.NilError(t, err)
	assert.DeepEqual(t, d.Notes["linux/amd64"].Loaded, []string{"sha256:1"})
	body, err = os.ReadFile(path)
	assert.NilError(t, err)
	assert.Assert(t, !strings.Contains(string(body), "failedTests"))
	_, err = fake.command(t, "publish", "--allow-untested=amd64", "--reason", "late", name)
	assert.NilError(t, err)
}

// Each reason of a waiver is kept: in the record, and beside what was waived.
func TestEveryWaiverIsKept(t *testing.T) {
	r := red(t)
	for _, reason := range []string{"known bug", "again", "again"} {
		r.ends(t, failure.ExitDone, "publish", "--allow-moved", "--allow-untested=linux/amd64", "--reason", reason, r.name)
	}
	rec := r.recorded(t, r.name)
	assert.Equal(t, rec.Result, record.Warned)
	assert.Equal(t, rec.Reason, "known bug; again")
	assert.DeepEqual(t, rec.Failed, []string{"--test=false"})
	config, err := r.store.ConfigOf(t.Context(), r.image)
	assert.NilError(t, err)
	book, err := r.store.Debts().Of(t.Context(), config)
	assert.NilError(t, err)
	assert.Equal(t, len(book.Debts[0].Waivers), 2)

	r.ends(t, failure.ExitDone, "test", "--test", "true", r.name)
	assert.DeepEqual(t, r.recorded(t, r.name), rec)
	r.open(t, r.name)
	out, err := r.command(t, "ls", "--format", "{{.Verdict}}")
	assert.NilError(t, err)
	assert.Equal(t, strings.TrimSpace(out), "waived")
	r.engine.Ends = func([]string) int { return 0 }
	r.ends(t, failure.ExitDone, "test", "--test", "false", r.name)
	assert.Equal(t, r.recorded(t, r.name).Result, record.Passed)
}

// The waiver of what was only never tested is not lost either.
func TestEveryWaiverOfUntestedIsKept(t *testing.T) {
	r := newRedness(t)
	r.ends(t, failure.ExitDone, "publish", "--allow-untested", "--reason", "no time", r.name)
	r.ends(t, failure.ExitDone, "publish", "--allow-moved", "--allow-untested", "--reason", "no machine", r.name)
	assert.Equal(t, r.recorded(t, r.name).Reason, "no time; no machine")
}

// A verdict is not written on an image that has come meanwhile, nor over the build that is to bring it.
func TestOlderTestLeavesTheNewerBuild(t *testing.T) {
	for name, meanwhile := range map[string]func(*testing.T, *store.Store, string){
		"built anew": func(t *testing.T, s *store.Store, name string) {
			t.Helper()
			plugintest.SaveDraft(t, s, name, "linux/amd64", plugintest.UntestedImage(t, s, "linux/amd64", "new"))
			plugintest.SaveNote(t, s, name, "linux/amd64", draft.Note{State: draft.Failed, Reason: "the newer failed"})
		},
		"being built": func(t *testing.T, s *store.Store, name string) {
			t.Helper()
			plugintest.SaveNote(t, s, name, "linux/amd64", draft.UnfinishedNote())
		},
		"removed": func(t *testing.T, s *store.Store, name string) {
			t.Helper()
			assert.NilError(t, s.Remove(t.Context(), plugintest.Named(t, name)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRedness(t)
			r.engine.Ends = func([]string) int {
				meanwhile(t, r.store, r.name)
				return 0
			}
			text := r.ends(t, failure.ExitIntegrity, "test", "--test", "true", r.name)
			assert.Check(t, strings.Contains(text, "the verdict is of another image than the draft holds"), text)
			assert.Check(t, strings.Contains(text, "next: docker multiplat test --test true "+r.name), text)
			_, err := r.command(t, "publish", r.name)
			assert.Assert(t, err != nil)
		})
	}
}

// What fails while it is being published is not given the tag.
func TestRedWhilePublishing(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app:1"
	s := plugintest.OpenStore(t, fake)
	image := plugintest.PassedImage(t, s, "linux/amd64", "app")
	plugintest.SaveDraft(t, s, name, "linux/amd64", image)
	config, err := s.ConfigOf(t.Context(), image)
	assert.NilError(t, err)
	registry.Intercept(func(_ http.ResponseWriter, request *http.Request) bool {
		if request.Method == http.MethodPut && strings.Contains(request.URL.Path, "/manifests/sha256:") {
			assert.Check(t, s.Debts().Change(t.Context(), config, func(b *debt.Book) {
				b.Add(debt.Debt{ID: "1", Cause: debt.Tests, Words: []string{"--test=app"}, Reason: "exit code 7, not 0"})
			}))
		}
		return false
	})
	_, err = fake.publish(t, name)
	assert.Equal(t, ExitCode(err), failure.ExitTests, "%v", err)
	assert.ErrorContains(t, err, "linux/amd64 failed: exit code 7, not 0")
	assert.Equal(t, registry.DigestAt(t, "team/app", "1").String(), "")
	out, err := fake.inspect(t, "--local", name)
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(out, "failed"), out)
}

// Very many debts of other images cost no command anything (100,000 were tried).
func TestManyDebts(t *testing.T) {
	r := red(t)
	folder := filepath.Join(r.Drafts(), "debts")
	first := filepath.Join(folder, theOnly(t, folder))
	for i := range 2_000 {
		assert.NilError(t, os.Symlink(first, filepath.Join(folder, fmt.Sprintf("sha256-%064x.json", i))))
	}
	began := time.Now()
	r.ends(t, failure.ExitTests, "publish", r.name)
	r.ends(t, failure.ExitDone, "ls")
	r.ends(t, failure.ExitDone, "rm", r.name)
	assert.Check(t, time.Since(began) < 10*time.Second, "%s", time.Since(began))
}

// theOnly is the first name in a folder that is of no test's making.
func theOnly(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	assert.NilError(t, err)
	return entries[len(entries)-1].Name()
}
