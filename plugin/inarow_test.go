package plugin

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// wave is what is asked at once: a pattern for each request.
type wave []string

// times is a pattern n times.
func times(n int, pattern string) wave { return slices.Repeat(wave{pattern}, n) }

// waves has a registry answer nothing of a wave before all of it was asked, and refuse what belongs to none. So only
// who asks all of a wave at once gets through.
type waves struct {
	mu sync.Mutex
	// left of the wave that is being asked, and of those after it.
	left  []wave
	whole chan struct{}
	odd   []string
}

// inWaves has requests come in waves from now on.
func inWaves(r *fakeRegistry, of ...wave) *waves {
	w := &waves{left: of, whole: make(chan struct{})}
	r.Intercept(w.hold)
	return w
}

// hold answers a request that is out of order, and holds up the others.
func (w *waves) hold(out http.ResponseWriter, request *http.Request) bool {
	asked := request.Method + " " + request.URL.Path
	whole, ok := w.take(asked)
	if !ok {
		out.WriteHeader(http.StatusBadRequest) // which is not asked again
		return true
	}
	select {
	case <-whole:
		return false
	case <-time.After(20 * time.Second): // only where what is to come at once does not
	case <-request.Context().Done():
	}
	out.WriteHeader(http.StatusBadRequest)
	return true
}

// take notes a request of the wave that is being asked, whose end the channel tells.
func (w *waves) take(asked string) (whole chan struct{}, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := -1
	if len(w.left) > 0 {
		at = slices.IndexFunc(w.left[0], func(p string) bool { return regexp.MustCompile("^" + p + "$").MatchString(asked) })
	}
	if at < 0 {
		w.odd = append(w.odd, asked)
		return nil, false
	}
	whole = w.whole
	if w.left[0] = slices.Delete(slices.Clone(w.left[0]), at, at+1); len(w.left[0]) == 0 {
		close(whole)
		w.left, w.whole = w.left[1:], make(chan struct{})
	}
	return whole, true
}

// assertWhole checks that all waves came, and nothing else.
func (w *waves) assertWhole(t *testing.T, err error) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	assert.Check(t, len(w.left) == 0 && len(w.odd) == 0, "not asked: %q\nasked besides: %q", w.left, w.odd)
	assert.NilError(t, err)
}

// What docs/performance.md says of how many requests wait for one another.
func TestRequestsInARow(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name, sources := registry.Host+"/team/app", []string{}
	for _, arch := range []string{"amd64", "arm64", "s390x", "ppc64le"} {
		registry.Image(t, "team/app", "of-"+arch, "app", plugintest.Linux(arch, ""))
		sources = append(sources, name+":of-"+arch)
	}
	const at, byDigest = " /v2/team/app/manifests/", "sha256:.*"
	ping := wave{"GET /v2/"}
	configs := times(len(sources), "GET /v2/team/app/blobs/sha256:.*")
	images := times(len(sources), "HEAD"+at+byDigest)
	ends := func(tag string) []wave { return []wave{{"PUT" + at + tag}, {"GET" + at + tag}} }
	for _, tc := range []struct {
		args  []string
		waves []wave
	}{
		{
			append([]string{"merge", "-t", name + ":1"}, sources...),
			append([]wave{ping, times(len(sources), "GET"+at+"of-.*"), append(configs, "GET"+at+"1")}, ends("1")...),
		},
		{
			[]string{"promote", name + ":1", "more"},
			append([]wave{ping, {"GET" + at + "1"}, append(images, "GET"+at+"more")}, ends("more")...),
		},
	} {
		asked := inWaves(registry, tc.waves...)
		_, err := fake.command(t, append(tc.args, "--allow-untested", "--arch-tags", "none")...)
		asked.assertWhole(t, err)
		assert.Equal(t, len(tc.waves), 5, fmt.Sprint(strings.Join(tc.args, " ")))
	}
}
