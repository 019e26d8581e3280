package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/docker/cli/cli/streams"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What the audit has against an image is lifted by exceptions that are recorded with tests that pass, and by nothing
// that is recorded nowhere.
func TestRedAuditStays(t *testing.T) {
	r := newRedness(t)
	plugintest.SaveDraft(t, r.store, r.name, "linux/arm64",
		plugintest.ProgramsOf(t, r.store, "linux/arm64", "/opt/app").Image)
	shut := func() {
		t.Helper()
		text := r.ends(t, failure.ExitTests, "publish", "--allow-untested", "--reason", "late", r.name)
		assert.Check(t, strings.Contains(text, "linux/arm64 failed: audit: /opt/app: x86-64 executable"), text)
	}
	r.ends(t, failure.ExitTests, "test", r.name)
	shut()
	_, err := r.command(t, "test", "--allow-foreign", "/opt/**", "--emulation", "never", r.name)
	assert.Assert(t, err != nil)
	shut()
	r.ends(t, failure.ExitTests, "test", "--allow-foreign", "/opt/**", "--test-skip", "arm64=hangs", r.name)
	shut()
	// an image that has lost its record, as a build without tests left it
	d, err := r.store.Draft(t.Context(), plugintest.Named(t, r.name))
	assert.NilError(t, err)
	bare, err := record.Drop(t.Context(), r.store, d.Images[0])
	assert.NilError(t, err)
	plugintest.SaveDraft(t, r.store, r.name, "linux/arm64", bare)
	shut()
	r.ends(t, failure.ExitDone, "test", "--allow-foreign", "/opt/**", r.name)
	rec := r.recorded(t, r.name)
	assert.Equal(t, rec.Allowed(), "opt/**")
	r.open(t, r.name)
}

// Platforms that had to be the same app and are not are no better where nobody asks for it any more, nor where one of
// them stands alone.
func TestRedParityStays(t *testing.T) {
	r := newRedness(t)
	other := plugintest.StartedBy(t, r.store, "linux/arm64", "app", "/app", "--other")
	plugintest.SaveDraft(t, r.store, r.name, "linux/amd64,linux/arm64", r.image, other)
	r.ends(t, failure.ExitTests, "test", "--require-parity", r.name)
	r.ends(t, failure.ExitTests, "test", "--test", "true", r.name)
	text := r.ends(t, failure.ExitTests, "publish", "--allow-untested", "--reason", "late", r.name)
	assert.Check(t, strings.Contains(text, "linux/arm64 failed"), text)

	alone := r.registry.Host + "/team/app:2"
	plugintest.SaveDraft(t, r.store, alone, "linux/arm64", other)
	text = r.ends(t, failure.ExitTests, "test", "--require-parity", "--test", "true", alone)
	assert.Check(t, strings.Contains(text, "it was not the same app beside linux/amd64, which was left out now"), text)
	r.ends(t, failure.ExitDone, "test", "--require-parity", "--allow-difference", "cmd", "--test", "true", r.name)
	r.open(t, r.name)
}

// What is behind the words of a test counts: the script that an interpreter runs, the variables of a file, and what is
// mounted. What a test has written itself is no part of it.
func TestRedOfChangedFiles(t *testing.T) {
	for name, tc := range map[string]struct{ file, before, after string }{
		"script":     {"x.sh", "exit 1", "exit 0"},
		"in a shell": {"y.sh", "exit 1", "exit 0"},
		"data":       {"data", "1", "0"},
		"variables":  {"env", "MODE=strict", "MODE=lenient"},
		"mounted":    {"mounted/check", "false", "true"},
	} {
		t.Run(name, func(t *testing.T) {
			r, folder := newRedness(t), t.TempDir()
			t.Chdir(folder)
			assert.NilError(t, os.Mkdir("mounted", 0o700))
			tests := "schemaVersion: 2.0.0\ncontainerRunOptions: {envFile: env, bindMounts: ['./mounted:/m']}\n" +
				"commandTests:\n- {name: one, command: app}\n"
			for file, text := range map[string]string{
				"t.yaml": tests, "env": "MODE=strict", "x.sh": "exit 0", "y.sh": "exit 0", "data": "0", "mounted/check": "true",
			} {
				assert.NilError(t, os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600))
			}
			write := func(text string) { assert.NilError(t, os.WriteFile(tc.file, []byte(text), 0o600)) }
			args := []string{
				"test", "--test-config", "t.yaml", "--test-script", "sh ./x.sh", "--test-script",
				`sh -c 'date >out; sh y.sh && test "$(cat ./data)" = 0' ./data out`, r.name,
			}
			write(tc.before)
			r.engine.Ends = func([]string) int { return 1 }
			r.ends(t, failure.ExitTests, args...)
			r.engine.Ends = func([]string) int { return 0 }
			write(tc.after)
			text := r.ends(t, failure.ExitTests, args...)
			assert.Check(t, strings.Contains(text, "it failed tests that are others now: "), text)
			assert.NilError(t, os.WriteFile("unrelated", nil, 0o600))
			r.ends(t, failure.ExitTests, args...)
		})
	}
}

// Tests that have failed pass when the same files are there again, whatever they have written themselves.
func TestGreenBySameFiles(t *testing.T) {
	r := newRedness(t)
	t.Chdir(t.TempDir())
	assert.NilError(t, os.WriteFile("x.sh", []byte("echo $RANDOM$$ >out; test -e fixed"), 0o600))
	assert.NilError(t, os.WriteFile("out", []byte("of before"), 0o600))
	args := []string{"test", "--test-script", "bash ./x.sh out", r.name}
	r.ends(t, failure.ExitTests, args...)
	assert.NilError(t, os.WriteFile("fixed", nil, 0o600))
	r.ends(t, failure.ExitDone, args...)
	r.open(t, r.name)
}

// Nobody is asked to look at an image that has failed tests: a look makes up for none.
func TestLookDoesNotLiftRed(t *testing.T) {
	r := red(t)
	d, err := r.store.Draft(t.Context(), plugintest.Named(t, r.name))
	assert.NilError(t, err)
	assert.Equal(t, d.Notes["linux/amd64"].State, draft.Failed)
	text := r.lookAt(t)
	assert.Check(t, strings.Contains(text, "it failed tests that were left out now: --test=false"), text)
	r.shut(t, r.name)
}

// What somebody has refused is lifted by another look, which is what is told; tests are not.
func TestRefusedByALook(t *testing.T) {
	r := newRedness(t)
	r.saying(t, failure.ExitTests, "failed\nJane Doe\nugly\n")
	text := r.ends(t, failure.ExitTests, "publish", r.name)
	next := "next: docker multiplat test --manual " + r.name
	assert.Check(t, strings.Contains(text, next), text)
	r.ends(t, failure.ExitTests, "test", "--test", "true", r.name)
	text = r.ends(t, failure.ExitTests, "publish", "--allow-untested", "--reason", "late", r.name)
	assert.Check(t, strings.Contains(text, next), text)
	r.saying(t, failure.ExitDone, "passed\nJane Doe\nfine\n")
	r.open(t, r.name)
}

// lookAt has somebody say that the image is fine, who is not asked.
func (r *redness) lookAt(t *testing.T) string {
	t.Helper()
	return r.saying(t, failure.ExitTests, "passed\nJane Doe\nfine\n")
}

// saying has somebody look at the image, and say this.
func (r *redness) saying(t *testing.T, code int, answers string) string {
	t.Helper()
	keyboard, tty, err := pty.Open()
	assert.NilError(t, err)
	t.Cleanup(func() {
		assert.Check(t, keyboard.Close())
		_ = tty.Close() // a read may wait for it still
	})
	r.SetIn(streams.NewIn(tty))
	_, err = keyboard.WriteString(answers)
	assert.NilError(t, err)
	return r.ends(t, code, "test", "--manual", r.name)
}
