//go:build !race

// Two commands at once share what cobra and buildx keep for a process, which two processes do not: the detector would
// tell of that. make test-unit runs these without it.

package plugin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// crossed lets two publishers meet at their writes of a tag of team/app: the first waits until the second has looked at
// the tag too, is served, and hears of it once the second is served as well. What comes later passes.
func (r *fakeRegistry) crossed(tag string) {
	var mu sync.Mutex
	arrived := 0
	second, first, both := make(chan struct{}), make(chan struct{}), make(chan struct{})
	r.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		if request.Method != http.MethodPut || !strings.HasSuffix(request.URL.Path, "/team/app/manifests/"+tag) {
			return false
		}
		mu.Lock()
		arrived++
		n := arrived
		mu.Unlock()
		switch n {
		case 1:
			<-second
			answer := httptest.NewRecorder()
			r.Handler.ServeHTTP(answer, request)
			close(first)
			<-both
			w.WriteHeader(answer.Code)
			return true
		case 2:
			close(second)
			<-first
			answer := httptest.NewRecorder()
			r.Handler.ServeHTTP(answer, request)
			w.WriteHeader(answer.Code)
			close(both)
			return true
		}
		return false
	})
}

// publisher is a machine with a draft of one platform, and how its publish ended.
type publisher struct {
	*fakeCLI
	err error
}

// publishAtOnce publishes NAME:1 from two machines, one platform each, whose writes cross.
func publishAtOnce(t *testing.T, registry *fakeRegistry, flags ...string) [2]publisher {
	t.Helper()
	name := registry.Host + "/team/app:1"
	var machines [2]publisher
	var done sync.WaitGroup
	registry.crossed("1")
	for i := range machines {
		machines[i].fakeCLI = newFakeCLI(t)
	}
	t.Setenv("MULTIPLAT_STORE", "") // each has its own, below its configuration
	for i, arch := range []string{"amd64", "arm64"} {
		fake := machines[i].fakeCLI
		s, err := store.Open(fake.Host().StoreFolder())
		assert.NilError(t, err)
		plugintest.SaveDraft(t, s, name, arch, plugintest.PassedImage(t, s, arch, "app"))
		assert.NilError(t, s.Close())
	}
	for i := range machines {
		root := rootCommand(t, machines[i].fakeCLI)
		root.SetArgs(append([]string{"multiplat", "publish", "--arch-tags", "none", name}, flags...))
		done.Go(func() { machines[i].err = root.ExecuteContext(t.Context()) })
	}
	done.Wait()
	registry.Intercept(nil)
	return machines
}

// Two machines write one tag at once: who was overwritten hears of it, and what to run; that command mends it.
func TestTwoPublishersOfOneTag(t *testing.T) {
	registry := newFakeRegistry(t)
	machines := publishAtOnce(t, registry)
	var overwritten []publisher
	for _, m := range machines {
		if m.err != nil {
			overwritten = append(overwritten, m)
		}
	}
	assert.Equal(t, len(overwritten), 1)
	m := overwritten[0]
	assert.Equal(t, ExitCode(m.err), failure.ExitIntegrity, "%v", m.err)
	name := registry.Host + "/team/app:1"
	told := explained(m.err)
	assert.Check(t, strings.Contains(told, "the tag was moved by someone else after it was written"), told)
	assert.Check(t, strings.Contains(told, "tag "+name+" written, and replaced by someone else"), told)
	next := "next: docker multiplat publish --amend --arch-tags none " + name
	assert.Check(t, strings.Contains(told, next), told)

	_, err := m.command(t, "publish", "--arch-tags", "none", "--amend", name)
	assert.NilError(t, err)
	assert.Equal(t, len(registry.Index(t, "1").Manifests), 4)
}

// With --amend who was overwritten goes round again from what is there, and both platforms stand. Doing it all again
// changes nothing.
func TestTwoAmendersSettle(t *testing.T) {
	registry := newFakeRegistry(t)
	machines := publishAtOnce(t, registry, "--amend")
	for _, m := range machines {
		assert.NilError(t, m.err, m.Stderr.String())
	}
	assert.Equal(t, len(registry.Index(t, "1").Manifests), 4)
	settled := registry.DigestAt(t, "team/app", "1")
	for _, m := range machines {
		_, err := m.command(t, "publish", "--amend", "--arch-tags", "none", registry.Host+"/team/app:1")
		assert.NilError(t, err)
		assert.Equal(t, registry.DigestAt(t, "team/app", "1"), settled)
	}
}
