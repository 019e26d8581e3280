package plugin

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
)

// beforeSecondRead calls change when a tag of team/app is about to be read for the second time.
func (r *fakeRegistry) beforeSecondRead(tag string, change func()) {
	var mu sync.Mutex
	reads := 0
	r.intercept(func(_ http.ResponseWriter, request *http.Request) bool {
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
			s, repository := openStore(t, fake), registry.host+"/team/app"
			for _, text := range []string{"old", "theirs"} {
				savePassed(t, s, repository+":"+text, text)
				_, err := fake.publish(t, repository+":"+text)
				assert.NilError(t, err)
			}
			for _, tag := range []string{"new", "1"} {
				saveDraft(t, s, repository+":"+tag, "arm64", passedImage(t, s, "arm64", "new"))
			}
			_, err := fake.publish(t, repository+":new")
			assert.NilError(t, err)
			if name != "was nothing" {
				body, mediaType, _ := registry.read(t, "team/app", "old")
				registry.write(t, "team/app", "1", mediaType, body)
			}
			theirs, mediaType, _ := registry.read(t, "team/app", "theirs")
			move := func() { registry.write(t, "team/app", "1", mediaType, theirs) }
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "NAME", repository)
			}

			registry.beforeSecondRead("1", move)
			_, err = fake.command(t, append(args, "--retry-timeout", "0s")...)
			assert.Equal(t, ExitCode(err), exitIntegrity, "%v", err)
			assert.ErrorContains(t, err, "the tag was moved by someone else")
			assert.Check(t, strings.Contains(explained(err), "tag "+repository+":1 unchanged"), explained(err))
			assert.Equal(t, registry.digestAt(t, "team/app", "1"), registry.digestAt(t, "team/app", "theirs"))

			registry.intercept(nil)
			_, err = fake.command(t, args...) // which reads what they wrote
			assert.NilError(t, err)
			registry.assertServes(t, "team/app", "1", "linux/arm64", "linux/amd64")
			assert.Equal(t, registry.index(t, "1").Manifests[1].Digest, registry.index(t, "theirs").Manifests[0].Digest)
		})
	}
}
