package plugin

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A registry that never ends costs no more than --timeout, and the tag is what it was.
func TestPublishTimeout(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app:1"
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), name, "app")
	over := make(chan struct{})
	registry.Intercept(func(_ http.ResponseWriter, request *http.Request) bool {
		if request.Method != http.MethodPatch {
			return false
		}
		<-over
		return true
	})
	_, err := fake.publish(t, "--timeout", "300ms", name)
	registry.Intercept(nil)
	close(over)
	assert.Equal(t, ExitCode(err), failure.ExitUnavailable, "%v", err)
	assert.ErrorContains(t, err, "giving up after --timeout 300ms")
	told := explained(err)
	assert.Check(t, strings.Contains(told, "tag "+name+" unchanged"), told)
	_, err = fake.publish(t, "--timeout", "5m", name)
	assert.NilError(t, err)
	for _, args := range [][]string{{"publish", "a:1"}, {"merge", "-t", "a:1", "a:2"}, {"promote", "a:1", "2"}} {
		_, err = fake.command(t, append(args, "--timeout", "-1s")...)
		assert.Equal(t, ExitCode(err), failure.ExitInput)
		assert.ErrorContains(t, err, "--timeout -1s")
	}
}

// A lock that cannot be made is said, and does without: publishing needs no file of its own.
func TestPublishWithoutALock(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app:1"
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), name, "app")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	locks, err := filepath.Glob(filepath.Join(fake.Folder, "multiplat", "locks", "*.lock"))
	assert.NilError(t, err)
	assert.Equal(t, len(locks), 1)
	assert.NilError(t, os.Remove(locks[0]))
	assert.NilError(t, os.Mkdir(locks[0], 0o700)) // root may write to anything else
	_, err = fake.publish(t, name)
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(fake.Stderr.String(), "other publishers on this machine are not waited for"))
}

// promote tells the reason of a waiver where it can: not in the image.
func TestPromoteReason(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	image := registry.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	file := filepath.Join(fake.Folder, "m.json")
	_, err := fake.command(t, "promote", "--allow-untested", "--reason", "no board", "--metadata-file", file,
		registry.Host+"/team/app:a", "1")
	assert.NilError(t, err)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1"), image.Digest)
	got := readMetadataFile[inputs.ImageMetadata](t, file)
	assert.Equal(t, got.Platforms[0].Reason, "no board")
	assert.Equal(t, got.Platforms[0].Verdict, "untested")
}
