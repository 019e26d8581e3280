package plugin

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// beforeReads calls change when a tag of team/app is about to be read for the second time, and with every next time.
func (r *fakeRegistry) beforeReads(tag string, change func(reads int)) {
	var mu sync.Mutex
	reads := 0
	r.Intercept(func(_ http.ResponseWriter, request *http.Request) bool {
		if request.Method == http.MethodGet && strings.HasSuffix(request.URL.Path, "/team/app/manifests/"+tag) {
			mu.Lock()
			defer mu.Unlock()
			if reads++; reads > 1 {
				change(reads)
			}
		}
		return false
	})
}

// Somebody replaces a platform after it was read to be carried over: what the tag serves by then is read and carried
// over instead, and never what it served before. Where the tag never stands still, it is refused as moved.
func TestAmendFollowsMovedBase(t *testing.T) {
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
			_, mediaType, _ := registry.Read(t, "team/app", "theirs")
			move := func(reads int) {
				moved := registry.Index(t, "theirs")
				moved.Annotations = map[string]string{"reads": strconv.Itoa(reads)}
				registry.Write(t, "team/app", "1", mediaType, plugintest.Marshalled(t, moved))
			}
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "NAME", repository)
			}

			registry.beforeReads("1", move)
			_, err = fake.command(t, append(args, "--retry-timeout", "0s")...)
			assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
			assert.ErrorContains(t, err, "the tag was moved by someone else")
			assert.Check(t, strings.Contains(explained(err), "tag "+repository+":1 unchanged"), explained(err))

			registry.beforeReads("1", func(reads int) {
				if reads == 2 {
					move(reads)
				}
			})
			_, err = fake.command(t, args...)
			assert.NilError(t, err)
			registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
			assert.Equal(t, registry.Index(t, "1").Manifests[0].Digest, registry.Index(t, "theirs").Manifests[0].Digest)
		})
	}
}
