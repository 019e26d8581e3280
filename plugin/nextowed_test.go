package plugin

import (
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What was not run on an image that is red from before is told to be run with what the image owes, which opens the
// gate.
func TestNextOfNotRunHoldsWhatIsOwed(t *testing.T) {
	r := newRedness(t)
	image := plugintest.UntestedImage(t, r.store, "linux/arm64", "app")
	plugintest.SaveDraft(t, r.store, r.name, "linux/arm64", image)
	r.ends(t, failure.ExitTests, "test", "--test", "false", r.name)
	r.engine.Ends = func([]string) int { return 0 }
	_, err := r.command(t, "test", "--test", "true", "--emulation", "never", r.name)
	text := explained(err)
	assert.Check(t, is.Contains(text, "next: docker multiplat test --test false --platform linux/arm64 --test true "))
	r.ends(t, failure.ExitDone, printed(t, text, "next")...)
	r.open(t, r.name)
}

// Where a person has said no, another look is told, and no test.
func TestLookOnceMore(t *testing.T) {
	r := newRedness(t)
	r.saying(t, failure.ExitTests, "failed\nJane Doe\nugly\n")
	text := r.ends(t, failure.ExitTests, "test", "--test", "true", r.name)
	assert.Check(t, is.Contains(text, "look at it once more with: docker multiplat test --manual "+r.name+"\n"))
	assert.Check(t, !strings.Contains(text, "test it once more"), text)
}

// A test that is another now can lift nothing: neither test nor publish tell to run it once more.
func TestNoChangedTestOnceMore(t *testing.T) {
	r := newRedness(t)
	t.Chdir(t.TempDir())
	args := []string{"test", "--test-script", "sh ./x.sh", r.name}
	for _, code := range []string{"exit 1", "exit 0"} {
		assert.NilError(t, os.WriteFile("x.sh", []byte(code), 0o600))
		text := r.ends(t, failure.ExitTests, args...)
		assert.Equal(t, strings.Contains(text, "test it once more"), code == "exit 1", text)
		build := "docker multiplat build --test-script 'sh ./x.sh' --platform linux/amd64 -t " + r.name + " ."
		assert.Equal(
			t,
			strings.Contains(text, "build it anew with: "+build+"   (to let it through: docker multiplat publish "+
				"--allow-untested=linux/amd64 --reason WHY "+r.name+")"),
			code == "exit 0",
			text,
		)
		text = r.ends(t, failure.ExitTests, "publish", r.name)
		assert.Equal(
			t,
			strings.Contains(text, "next: "+build+"   (or put the tests back as they were)"),
			code == "exit 0",
			text,
		)
		assert.Check(t, is.Contains(text, "docker multiplat rm "+r.name))
	}
}

// Under settings that were not there before nothing is lifted: the tests are told without them.
func TestOnceMoreWithoutOtherSettings(t *testing.T) {
	r := red(t)
	r.engine.Ends = func([]string) int { return 0 }
	text := r.ends(t, failure.ExitTests, "test", "--test", "false", "--test-env", "MODE=lenient", r.name)
	assert.Check(t, is.Contains(text, "test it once more with: docker multiplat test --test false "+r.name+"\n"))
	r.ends(t, failure.ExitDone, printed(t, text, "test it once more with")...)
}

// Platforms that had to be the same app are not compared by tests that do not ask for it.
func TestNoTestOnceMoreThatComparesNothing(t *testing.T) {
	r := newRedness(t)
	other := plugintest.StartedBy(t, r.store, "linux/arm64", "app", "/app", "--other")
	plugintest.SaveDraft(t, r.store, r.name, "linux/amd64,linux/arm64", r.image, other)
	r.ends(t, failure.ExitTests, "test", "--require-parity", r.name)
	text := r.ends(t, failure.ExitTests, "test", "--test", "true", r.name)
	assert.Check(t, !strings.Contains(text, "test it once more"), text)
	assert.Check(t, is.Contains(text, "build it anew with: docker multiplat build "))
}

// promote and merge that the audit stops name the exception.
func TestNextOfAnAuditNamesTheException(t *testing.T) {
	r := newRedness(t)
	wrong := r.registry.Mislabelled(t, "b", plugintest.Linux("arm64", ""), plugintest.Linux("amd64", ""))
	image, to := r.registry.Host+"/team/app@"+wrong.Digest.String(), r.registry.Host+"/team/app:to"
	r.ends(t, failure.ExitTests, "test", "--platform", "linux/arm64", image)
	for _, way := range [][]string{{"promote", image, to}, {"merge", "-t", to, image}} {
		text := r.ends(t, failure.ExitTests, append([]string{way[0], "--allow-untested"}, way[1:]...)...)
		assert.Check(t, is.Contains(text, "next: docker multiplat test --platform linux/arm64 "+image+
			"   (if the files are there on purpose: with --allow-foreign; then "+way[0]+" what it prints; "))
	}
}

// An image that is named by its digest is shown with it once.
func TestVerifyShowsADigestOnce(t *testing.T) {
	r := newRedness(t)
	image := r.published(t)
	for _, name := range []string{image, r.registry.Host + "/team/app:a"} {
		r.Stdout.Reset()
		r.ends(t, failure.ExitDone, "verify", "--deep", name)
		first, _, _ := strings.Cut(r.Stdout.String(), "\n")
		assert.Equal(t, strings.Count(first, "@sha256:"), 1, first)
	}
}
