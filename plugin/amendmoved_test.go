package plugin

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// beforeSecondRead calls change when a tag of team/app is about to be read for the second time.
func (r *fakeRegistry) beforeSecondRead(tag string, change func()) {
	var mu sync.Mutex
	reads := 0
	r.Intercept(func(_ http.ResponseWriter, request *http.Request) bool {
		if request.Method == http.MethodGet && strings.HasSuffix(request.URL.Path, "/team/app/manifests/"+tag) {
			mu.Lock()
			defer mu.Unlock()
			if reads++; reads == 2 {
				change()
			}
		}
		return false
	})
}

// Somebody replaces a platform after it was read to be carried over: the tag is refused as moved, for what would be
// carried over is no longer what it serves.
func TestAmendRefusesMovedBase(t *testing.T) {
	for name, args := range map[string][]string{
		"publish":       {"publish", "--amend", "NAME:1"},
		"publish named": {"publish", "--amend=1", "NAME:1"},
		"merge":         {"merge", "--amend", "-t", "NAME:1", "NAME:new"},
		"was nothing":   {"publish", "--amend", "NAME:1"},
	} {
		t.Run(name, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			s, repository := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
			for _, text := range []string{"old", "theirs"} {
				plugintest.SavePassed(t, s, repository+":"+text, text)
				_, err := fake.publish(t, repository+":"+text)
				assert.NilError(t, err)
			}
			for _, tag := range []string{"new", "1"} {
				plugintest.SaveDraft(t, s, repository+":"+tag, "arm64", plugintest.PassedImage(t, s, "arm64", "new"))
			}
			_, err := fake.publish(t, repository+":new")
			assert.NilError(t, err)
			if name != "was nothing" {
				body, mediaType, _ := registry.Read(t, "team/app", "old")
				registry.Write(t, "team/app", "1", mediaType, body)
			}
			theirs, mediaType, _ := registry.Read(t, "team/app", "theirs")
			move := func() { registry.Write(t, "team/app", "1", mediaType, theirs) }
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "NAME", repository)
			}

			registry.beforeSecondRead("1", move)
			_, err = fake.command(t, append(args, "--retry-timeout", "0s")...)
			assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
			assert.ErrorContains(t, err, "the tag was moved by someone else")
			assert.Check(t, strings.Contains(explained(err), "tag "+repository+":1 unchanged"), explained(err))
			assert.Equal(t, registry.DigestAt(t, "team/app", "1"), registry.DigestAt(t, "team/app", "theirs"))

			registry.Intercept(nil)
			_, err = fake.command(t, args...) // which reads what they wrote
			assert.NilError(t, err)
			registry.AssertServes(t, "team/app", "1", "linux/arm64", "linux/amd64")
			assert.Equal(t, registry.Index(t, "1").Manifests[1].Digest, registry.Index(t, "theirs").Manifests[0].Digest)
		})
	}
}
