package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// redness is a machine with an engine and a registry, on which an image has failed a test.
type redness struct {
	*fakeCLI
	engine   *plugintest.Engine
	registry *fakeRegistry
	store    *store.Store
	image    manifest.Image
	// name is that of the draft.
	name string
}

// newRedness makes a draft of one untested image.
func newRedness(t *testing.T) *redness {
	t.Helper()
	cli, engine := newFakeCLI(t).NewEngine(t)
	r := &redness{fakeCLI: &fakeCLI{cli}, engine: engine, registry: newFakeRegistry(t)}
	r.store = plugintest.OpenStore(t, r)
	r.image = plugintest.UntestedImage(t, r.store, "linux/amd64", "app")
	r.name = r.registry.Host + "/team/app:1"
	plugintest.SaveDraft(t, r.store, r.name, "linux/amd64", r.image)
	return r
}

// red is newRedness after a test that failed.
func red(t *testing.T) *redness {
	t.Helper()
	r := newRedness(t)
	r.ends(t, failure.ExitTests, "test", "--test", "false", r.name)
	return r
}

// ends runs a command, and checks its exit code.
func (r *redness) ends(t *testing.T, code int, args ...string) string {
	t.Helper()
	_, err := r.command(t, args...)
	assert.Assert(t, ExitCode(err) == code, "%v: exit %d, not %d: %v\n%s", args, ExitCode(err), code, err,
		r.Stderr.String())
	if err == nil {
		return r.Stderr.String()
	}
	return explained(err)
}

// shut checks that no waiver but one by name opens the gate to a draft.
func (r *redness) shut(t *testing.T, name string) {
	t.Helper()
	text := r.ends(t, failure.ExitTests, "publish", name)
	assert.Check(t, strings.Contains(text, "linux/amd64 failed"), text)
	r.ends(t, failure.ExitTests, "publish", "--allow-untested", "--reason", "late", name)
	assert.Equal(t, r.registry.DigestAt(t, "team/app", "1").String(), "")
}

// open checks that a draft may be published.
func (r *redness) open(t *testing.T, name string) {
	t.Helper()
	r.ends(t, failure.ExitDone, "publish", "--allow-moved", "--allow-shrink", name)
}

// recorded is the record of the draft's image.
func (r *redness) recorded(t *testing.T, name string) record.Result {
	t.Helper()
	d, err := r.store.Draft(t.Context(), plugintest.Named(t, name))
	assert.NilError(t, err)
	rec, _, err := record.Of(t.Context(), r.store, d.Images[0])
	assert.NilError(t, err)
	return rec
}

// Red becomes green by the same tests, and by more than those; by nothing less.
func TestRedStays(t *testing.T) {
	r := red(t)
	r.shut(t, r.name)
	for _, weaker := range [][]string{
		{"--test", "true"},
		{"--test", "other"},
		{"--test", "false", "--test-env", "MODE=lenient"},
		{"--test", "false", "--test-network", "n"},
		{"--test", "false", "--test-sandbox", "strict"},
	} {
		r.engine.Ends = func([]string) int { return 0 }
		text := r.ends(t, failure.ExitTests, append(append([]string{"test"}, weaker...), r.name)...)
		assert.Check(t, strings.Contains(text, "it failed "), text)
		r.shut(t, r.name)
	}
	r.ends(t, failure.ExitDone, "test", "--test", "true", "--test", "false", r.name)
	r.open(t, r.name)
}

// A bare test repeats what the image has failed, under whatever name.
func TestRedIsRepeated(t *testing.T) {
	r := red(t)
	other := r.registry.Host + "/team/app:2"
	plugintest.SaveDraft(t, r.store, other, "linux/amd64", r.image)
	r.ends(t, failure.ExitTests, "test", other)
	assert.DeepEqual(t, r.engine.Ran[len(r.engine.Ran)-1], []string{"false"})
}

// What an image has failed under one draft it has failed under all: also where it is named by tag, under another
// manifest, and where the draft was built to something else and back again.
func TestRedUnderAnotherName(t *testing.T) {
	r := red(t)
	other := r.registry.Host + "/team/app:2"
	plugintest.SaveDraft(t, r.store, other, "linux/amd64", r.image)
	text := r.ends(t, failure.ExitTests, "test", "--test", "true", other)
	assert.Check(t, strings.Contains(text, "it failed tests that were left out now: --test=false"), text)
	r.shut(t, other)
	r.ends(t, failure.ExitDone, "tag", other, r.name)
	r.shut(t, r.name)

	good := plugintest.PassedImage(t, r.store, "linux/amd64", "good")
	plugintest.SaveDraft(t, r.store, r.name, "linux/amd64", good)
	annotated := r.withAnnotation(t, r.image)
	plugintest.SaveDraft(t, r.store, other, "linux/amd64", annotated)
	r.ends(t, failure.ExitTests, "test", "--test", "true", other)
	r.shut(t, other)
	plugintest.SaveDraft(t, r.store, r.name, "linux/amd64",
		plugintest.PassedImage(t, r.store, "linux/amd64", "app"))
	r.shut(t, r.name)
}

// Nothing that comes between makes up for what was failed, and only a waiver by name opens the gate then.
func TestRedThenNothing(t *testing.T) {
	skipping := filepath.Join(t.TempDir(), "multiplat.yaml")
	assert.NilError(t, os.WriteFile(skipping,
		[]byte("targets:\n  default:\n    platforms:\n      linux/amd64: {skip: hangs}\n"), 0o600))
	for name, args := range map[string][]string{
		"skipped":            {"--test", "false", "--test-skip", "linux/amd64=hangs"},
		"skipped, no tests":  {"--test-skip", "linux/amd64=hangs"},
		"skipped by a file":  {"--test-file", skipping, "--test-timeout", "10ms"},
		"inconclusive":       {"--test", "false", "--test-timeout", "10ms"},
		"inconclusive other": {"--test", "sleep", "--test-timeout", "10ms"},
	} {
		t.Run(name, func(t *testing.T) {
			r := red(t)
			r.engine.Ends = func([]string) int { return plugintest.Forever }
			_, err := r.command(t, append(append([]string{"test"}, args...), r.name)...)
			assert.Assert(t, err != nil)
			r.shut(t, r.name)
			assert.Equal(t, r.recorded(t, r.name).Result, record.Failed)
			r.engine.Ends = func([]string) int { return 0 }
			r.ends(t, failure.ExitTests, "test", "--test", "true", r.name)
			r.shut(t, r.name)
			r.ends(t, failure.ExitDone, "publish", "--allow-untested=linux/amd64", "--reason", "late", r.name)
		})
	}
}

// An emulator that is not wanted lifts nothing.
func TestRedThenNotRun(t *testing.T) {
	r := newRedness(t)
	arm := plugintest.UntestedImage(t, r.store, "linux/arm64", "app")
	plugintest.SaveDraft(t, r.store, r.name, "linux/arm64", arm)
	r.ends(t, failure.ExitTests, "test", "--test", "false", r.name)
	r.ends(t, failure.ExitInconclusive, "test", "--test", "false", "--emulation", "never", r.name)
	text := r.ends(t, failure.ExitTests, "publish", "--allow-untested", "--reason", "late", r.name)
	assert.Check(t, strings.Contains(text, "linux/arm64 failed"), text)
}

// withAnnotation is the same app in another manifest.
func (r *redness) withAnnotation(t *testing.T, image manifest.Image) manifest.Image {
	t.Helper()
	m, _, err := r.store.Image(t.Context(), image.Manifest)
	assert.NilError(t, err)
	m.Annotations = map[string]string{"a": "b"}
	other := manifest.Image{
		Platform: image.Platform, Manifest: plugintest.WriteJSON(t, r.store, m.MediaType, m),
	}
	assert.Assert(t, other.Manifest.Digest != image.Manifest.Digest)
	return other
}
