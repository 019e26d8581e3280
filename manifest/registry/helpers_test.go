package registry

import (
	"bytes"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// fakeClock passes the time at once that somebody wants to wait.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	waits []time.Duration
}

var _ Clock = (*fakeClock)(nil)

func newFakeClock() *fakeClock { return &fakeClock{now: time.Now()} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.waits = append(c.waits, d)
	ch := make(chan time.Time, 1)
	ch <- c.now
	return ch
}

func (c *fakeClock) waited() (all []time.Duration, sum time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.waits {
		sum += d
	}
	return append(all, c.waits...), sum
}

// stoppedClock never lets a wait end and tells who waits.
type stoppedClock struct{ waiting chan time.Duration }

var _ Clock = stoppedClock{}

func newStoppedClock() stoppedClock { return stoppedClock{waiting: make(chan time.Duration, 16)} }

func (stoppedClock) Now() time.Time { return time.Unix(1700000000, 0) }

func (c stoppedClock) After(d time.Duration) <-chan time.Time {
	c.waiting <- d
	return nil
}

// next is the wait somebody asked for; the test fails when nobody does.
func (c stoppedClock) next(t *testing.T) time.Duration {
	t.Helper()
	select {
	case d := <-c.waiting:
		return d
	case <-time.After(30 * time.Second):
		t.Fatal("nobody waits")
		return 0
	}
}

func named(t *testing.T, name string) reference.Named {
	t.Helper()
	ref, err := reference.ParseNormalizedNamed(name)
	assert.NilError(t, err)
	return ref
}

// openRepo opens team/app at the proxy for pushing, with a clock that does not
// make the test wait.
func openRepo(t *testing.T, p *registrytest.Registry, opts ...Option) (*Repository, *fakeClock) {
	t.Helper()
	clock := newFakeClock()
	opts = append([]Option{WithClock(clock)}, opts...)
	repo, err := New(opts...).Repository(t.Context(), named(t, p.Host()+"/team/app"), Push)
	assert.NilError(t, err)
	return repo, clock
}

// measuredBy has a clock tell how late answers are, and how long pauses take.
func measuredBy(clock Clock) Option {
	return func(c *Client) { c.clock, c.patience.clock = clock, clock }
}

func blobOf(body []byte) ocispec.Descriptor {
	const layerType = ocispec.MediaTypeImageLayerGzip
	return ocispec.Descriptor{MediaType: layerType, Digest: digest.FromBytes(body), Size: int64(len(body))}
}

func opens(body []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
}

// manifestBody is a small manifest; text makes it differ from others.
func manifestBody(text string) []byte {
	return []byte(`{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeImageManifest +
		`","config":{},"layers":[],"annotations":{"text":"` + text + `"}}`)
}

// putManifest writes a manifest under a tag without going through faults.
func putManifest(t *testing.T, repo *Repository, tag string, body []byte) digest.Digest {
	t.Helper()
	assert.NilError(t, repo.PutManifest(t.Context(), tag, ocispec.MediaTypeImageManifest, body))
	return digest.FromBytes(body)
}
