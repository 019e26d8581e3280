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

// What verify --deep and merge --deep have found in the bytes of an image stands against it everywhere on this machine,
// under other names and in other indexes too; what is let pass there by name is let pass again.
func TestRedOfALook(t *testing.T) {
	for _, look := range [][]string{
		{"verify", "--deep"},
		{"merge", "--deep", "--allow-untested", "--reason", "late", "-t", "TO"},
	} {
		t.Run(look[0], func(t *testing.T) {
			r := newRedness(t)
			arm := plugintest.Linux("arm64", "")
			wrong := r.registry.Mislabelled(t, "b", arm, plugintest.Linux("amd64", ""))
			name, to := r.registry.Host+"/team/app", r.registry.Host+"/team/app:to"
			r.registry.IndexOf(t, "team/app", "index", wrong, arm)
			promote := []string{"promote", "--allow-untested", "--reason", "late", name + ":index", to}
			looks := func(words ...string) []string {
				args := append([]string{look[0]}, words...)
				for _, word := range look[1:] {
					args = append(args, strings.ReplaceAll(word, "TO", to))
				}
				return append(args, name+":b")
			}
			_, err := r.command(t, looks()...)
			assert.Assert(t, err != nil)
			for range 2 {
				text := r.ends(t, failure.ExitTests, promote...)
				assert.Check(t, strings.Contains(text, "linux/arm64 of "+name+":index failed: audit: /app: x86-64"), text)
				assert.Check(t, strings.Contains(text, " docker multiplat test "), text)
			}
			r.ends(t, failure.ExitDone, looks("--allow-foreign", "/app")...)
			r.ends(t, failure.ExitDone, promote...)
		})
	}
}

// What a test has found is not lifted by a look that lets more pass: that has to be recorded with tests.
func TestRedAuditIsNoLooksToLift(t *testing.T) {
	r := newRedness(t)
	wrong := r.registry.Mislabelled(t, "b", plugintest.Linux("arm64", ""), plugintest.Linux("amd64", ""))
	image := r.registry.Host + "/team/app@" + wrong.Digest.String()
	r.ends(t, failure.ExitTests, "test", "--platform", "linux/arm64", image)
	r.ends(t, failure.ExitIntegrity, "verify", "--deep", image)
	r.ends(t, failure.ExitDone, "verify", "--deep", "--allow-foreign", "/app", image)
	to := r.registry.Host + "/team/app:to"
	r.ends(t, failure.ExitTests, "promote", "--allow-untested", image, to)
	r.ends(t, failure.ExitTests, "merge", "--deep", "--allow-foreign", "/app", "--allow-untested", "-t", to, image)
}

// A label that is wrong, by whoever set it, is no finding of the bytes.
func TestWrongLabelOfALookIsNoDebt(t *testing.T) {
	r := newRedness(t)
	right := r.registry.Mislabelled(t, "right", plugintest.Linux("amd64", ""), plugintest.Linux("amd64", ""))
	r.registry.IndexOf(t, "team/app", "wrong", right, plugintest.Linux("arm64", ""))
	name, to := r.registry.Host+"/team/app", r.registry.Host+"/team/app:to"
	_, err := r.command(t, "verify", "--deep", name+":wrong")
	assert.Assert(t, err != nil)
	text := r.ends(t, failure.ExitTests, "merge", "--deep", "--allow-untested",
		"--set-platform", "linux/amd64=arch=arm64", "-t", to, name+":right")
	assert.Check(t, strings.Contains(text, "/app: x86-64 executable"), text)
	r.ends(t, failure.ExitDone, "promote", "--allow-untested", name+":right", to)
}

// What a look has found and cannot keep is told; what it says otherwise stays.
func TestLookThatCannotBeKept(t *testing.T) {
	r := newRedness(t)
	wrong := r.registry.Mislabelled(t, "b", plugintest.Linux("arm64", ""), plugintest.Linux("amd64", ""))
	image := r.registry.Host + "/team/app@" + wrong.Digest.String()
	r.readOnly(t)
	_, err := r.command(t, "verify", "--deep", image)
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
	text := r.Stderr.String() + explained(err)
	assert.Check(
		t,
		strings.Contains(text, "what was found is not kept, so that this machine's gate does not know of it"),
		text,
	)
	assert.Check(t, strings.Contains(text, "MULTIPLAT_STORE"), text)
}

// readOnly takes the right to write the store.
func (r *redness) readOnly(t *testing.T) {
	t.Helper()
	root := r.store.Root()
	assert.NilError(t, os.Chmod(root, 0o500))
	t.Cleanup(func() { assert.NilError(t, os.Chmod(root, 0o700)) })
}

// A test whose failure could not be kept is not begun: promote would let the image through afterwards.
func TestRedThatCannotBeKept(t *testing.T) {
	r := newRedness(t)
	image := r.published(t)
	r.readOnly(t)
	text := r.ends(t, failure.ExitNotReady, "test", "--test", "false", image)
	assert.Check(t, strings.Contains(text, "what the image fails could not be kept"), text)
	assert.Check(t, strings.Contains(text, "MULTIPLAT_STORE=FOLDER"), text)
	assert.Equal(t, len(r.engine.Ran), 0)
}

// A failure that cannot be written down in the end keeps the gate shut all the same, as one that was.
func TestRedThatIsNotWritten(t *testing.T) {
	for name, args := range map[string][]string{"smoke test": nil, "named": {"--test", "false"}} {
		t.Run(name, func(t *testing.T) {
			r := newRedness(t)
			amd := plugintest.Linux("amd64", "")
			desc := r.registry.Mislabelled(t, "b", amd, amd)
			r.pullable(t, desc.Digest.String())
			image, to := r.registry.Host+"/team/app@"+desc.Digest.String(), r.registry.Host+"/team/app:2"
			args = append(append([]string{"test"}, args...), image)
			debts := filepath.Join(r.store.Root(), "debts")
			r.engine.Ends = func([]string) int {
				if err := os.WriteFile(debts, nil, 0o600); err != nil {
					return 0
				}
				return 1
			}
			text := r.ends(t, failure.ExitNotReady, args...)
			assert.Check(t, strings.Contains(text, "and it could not be kept: "), text)
			assert.NilError(t, os.Remove(debts))
			for range 2 {
				text = r.ends(t, failure.ExitTests, "promote", "--allow-untested", image, to)
				assert.Check(t, strings.Contains(text, " failed: it failed tests, which could not be written down then"), text)
			}
			r.engine.Ends = func([]string) int { return 0 }
			r.ends(t, failure.ExitDone, args...)
			entries, err := os.ReadDir(filepath.Join(r.store.Root(), "begun"))
			assert.NilError(t, err)
			assert.Equal(t, len(entries), 0)
			r.ends(t, failure.ExitDone, "promote", "--allow-untested", image, to)
		})
	}
}
