package registry

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// waiting is a transport whose answers' headers come late.
type waiting struct {
	http.RoundTripper
	clock *fakeClock
	took  time.Duration
	path  string
}

func (r waiting) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	if strings.Contains(req.URL.Path, r.path) {
		r.clock.After(r.took)
	}
	return resp, err
}

// Headers that come late are waited for no longer, all in all, than late bodies are; a slow and honest registry is
// waited for however much is read of it.
func TestManyLateHeaders(t *testing.T) {
	server := registrytest.New(t)
	good, _ := openRepo(t, server)
	putManifest(t, good, "1", manifestBody("x"))
	for took, ends := range map[time.Duration]bool{29 * time.Second: true, 8 * time.Second: true, 2 * time.Second: false} {
		clock := newFakeClock()
		slow := waiting{http.DefaultTransport, clock, took, "/manifests/"}
		repo, _ := openRepo(t, server, WithTransport(slow), measuredBy(clock))
		began, n := clock.Now(), 0
		var err error
		for ; n < 1000 && err == nil; n++ {
			if _, err = repo.Head(t.Context(), "1"); err == nil {
				_, _, err = repo.Resolve(t.Context(), "1")
			}
		}
		if !ends {
			assert.NilError(t, err)
			continue
		}
		assert.Assert(t, errors.Is(err, ErrUnavailable), err)
		assert.ErrorContains(t, err, `manifest "1" of team/app at `+server.Host()+": no quick answer for 30s")
		honest := time.Duration(2*n) * 5 * time.Second
		assert.Assert(t, clock.Now().Sub(began) <= 60*time.Second+honest, "%s for %d", clock.Now().Sub(began), n)
	}
}

// A registry that says nothing at all is asked once more, and then no longer.
func TestSilentRegistry(t *testing.T) {
	server := registrytest.New(t)
	good, _ := openRepo(t, server)
	putManifest(t, good, "1", manifestBody("x"))
	asked := make(chan struct{}, 100)
	server.On("", "/manifests/", 0, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		asked <- struct{}{}
		<-r.Context().Done()
	})
	// The clock of the pauses is not that of the limits.
	repo, _ := openRepo(t, server, func(c *Client) {
		const unit = 10 * time.Millisecond
		c.patience = patience{
			clock: systemClock{}, idle: 60 * unit, answer: 30 * unit, document: 10 * unit, prompt: 5 * unit, together: 30 * unit,
		}
		c.clock = pauseless{}
	})
	began := time.Now()
	_, _, err := repo.Resolve(t.Context(), "1")
	assert.Assert(t, errors.Is(err, ErrUnavailable), err)
	assert.ErrorContains(t, err, "no quick answer for 300ms")
	assert.Assert(t, len(asked) < 4, len(asked))
	assert.Assert(t, time.Since(began) < 5*time.Second, time.Since(began))
}

// pauseless is the time, without its pauses.
type pauseless struct{ systemClock }

func (pauseless) After(time.Duration) <-chan time.Time {
	ch := make(chan time.Time, 1)
	ch <- time.Now()
	return ch
}

// While a layer moves, other answers have to wait for the line.
func TestLateBesideALayer(t *testing.T) {
	server := registrytest.New(t)
	good, _ := openRepo(t, server)
	putManifest(t, good, "1", manifestBody("x"))
	body := []byte("layer")
	assert.NilError(t, push(body)(t.Context(), good))
	clock := newFakeClock()
	slow := waiting{http.DefaultTransport, clock, 20 * time.Second, "/manifests/"}
	repo, _ := openRepo(t, server, WithTransport(slow), measuredBy(clock))
	layer, err := repo.Open(t.Context(), blobOf(body))
	assert.NilError(t, err)
	for range 10 {
		_, err = repo.Head(t.Context(), "1")
		assert.NilError(t, err)
	}
	assert.NilError(t, layer.Close())
	for range 10 {
		if _, err = repo.Head(t.Context(), "1"); err != nil {
			break
		}
	}
	assert.Assert(t, errors.Is(err, ErrUnavailable), err)
}
