package registry

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// trickle is the body of an answer that comes byte by byte and never ends.
type trickle struct {
	http.RoundTripper
	asked *int
}

func (r trickle) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	if err == nil && req.Method == http.MethodGet && req.URL.Path != "/v2/" {
		_ = resp.Body.Close()
		resp.Body = slowBody{req}
		*r.asked++
	}
	return resp, err
}

type slowBody struct{ req *http.Request }

func (b slowBody) Read(p []byte) (int, error) {
	select {
	case <-b.req.Context().Done():
		return 0, b.req.Context().Err()
	case <-time.After(time.Millisecond):
		return copy(p, " "), nil
	}
}

func (slowBody) Close() error { return nil }

// A connection that was made another protocol's is not read: no context would end that.
func TestSwitchedProtocols(t *testing.T) {
	server := registrytest.New(t)
	repo, _ := openRepo(t, server)
	server.On(http.MethodGet, "/manifests/", 0, registrytest.SwitchProtocols)
	server.On(http.MethodPost, "/blobs/uploads/", 0, registrytest.SwitchProtocols)
	_, _, err := repo.Resolve(t.Context(), "1")
	assert.ErrorContains(t, err, "101 Switching Protocols")
	assert.ErrorContains(t, push([]byte("layer"))(t.Context(), repo), "101 Switching Protocols")
}

// One byte now and then does not keep a reader for ever.
func TestTrickle(t *testing.T) {
	server := registrytest.New(t)
	good, _ := openRepo(t, server)
	putManifest(t, good, "1", manifestBody("x"))
	var asked int
	repo, _ := openRepo(t, server, WithTransport(trickle{http.DefaultTransport, &asked}), func(c *Client) {
		c.patience.document = 50 * time.Millisecond
	})
	_, _, err := repo.Resolve(t.Context(), "1")
	assert.Assert(t, errors.Is(err, ErrUnavailable), err)
	assert.Equal(t, asked, 1, "it was asked again for what came in drops")
	assert.ErrorContains(t, err, "no whole answer for 50ms")
}

// drip is the body of a blob of which some comes just before a silence would be too long.
type drip struct {
	http.RoundTripper
	clock *fakeClock
}

func (r drip) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	if err == nil && req.Method == http.MethodGet && strings.Contains(req.URL.Path, "/blobs/") {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{dripping{resp.Body, r.clock}, resp.Body}
	}
	return resp, err
}

type dripping struct {
	io.Reader
	clock *fakeClock
}

func (d dripping) Read(p []byte) (int, error) {
	d.clock.After(30 * time.Second)
	return d.Reader.Read(p[:min(len(p), enough)])
}

// Nor does a layer that comes in drops; that its reader is slow is not the registry's fault.
func TestDrip(t *testing.T) {
	server := registrytest.New(t)
	good, _ := openRepo(t, server)
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	assert.NilError(t, push(body)(t.Context(), good))
	desc := ocispec.Descriptor{Digest: digest.FromBytes(body), Size: int64(len(body))}
	clock := newFakeClock()
	repo, _ := openRepo(t, server, WithTransport(drip{http.DefaultTransport, clock}), WithClock(clock))
	stream, err := repo.Open(t.Context(), desc)
	assert.NilError(t, err)
	defer stream.Close()
	_, err = io.Copy(io.Discard, stream)
	assert.Assert(t, errors.Is(err, ErrUnavailable), err)
	assert.ErrorContains(t, err, "no complete answer for 2m30s")

	repo, _ = openRepo(t, server, WithClock(clock))
	stream, err = repo.Open(t.Context(), desc)
	assert.NilError(t, err)
	defer stream.Close()
	for err == nil {
		clock.After(time.Minute)
		_, err = stream.Read(make([]byte, enough))
	}
	assert.ErrorIs(t, err, io.EOF)
}

// dawdler is a registry whose every answer comes in full, just before it would be too late.
type dawdler struct {
	http.RoundTripper
	clock *fakeClock
	took  time.Duration
}

func (r dawdler) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	if err == nil && req.Method == http.MethodGet && strings.Contains(req.URL.Path, "/manifests/") {
		body, readErr := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		resp.Body = io.NopCloser(io.MultiReader(late{r.clock, r.took}, bytes.NewReader(body)))
		err = readErr
	}
	return resp, err
}

// late lets time pass, and has nothing.
type late struct {
	clock *fakeClock
	took  time.Duration
}

func (l late) Read([]byte) (int, error) {
	l.clock.After(l.took)
	return 0, io.EOF
}

// Nor do many answers that are each slow keep a reader: together they are an outage. Those that are not very slow are
// waited for, however many they are.
func TestManySlowAnswers(t *testing.T) {
	server := registrytest.New(t)
	good, _ := openRepo(t, server)
	putManifest(t, good, "1", manifestBody("x"))
	read := func(took time.Duration) (times int, err error) {
		clock := newFakeClock()
		repo, _ := openRepo(t, server, WithTransport(dawdler{http.DefaultTransport, clock, took}), measuredBy(clock))
		for times = range 1000 {
			if _, _, err = repo.Resolve(t.Context(), "1"); err != nil {
				break
			}
		}
		return times, err
	}
	times, err := read(100 * time.Second)
	assert.Assert(t, errors.Is(err, ErrUnavailable), err)
	assert.ErrorContains(t, err, "no quick answer for 30s")
	assert.Equal(t, times, 0)
	times, err = read(9 * time.Second)
	assert.ErrorContains(t, err, "no quick answer for 30s")
	assert.Assert(t, times < 9, times)
	_, err = read(3 * time.Second)
	assert.NilError(t, err)
}

// Files of certificates are looked at before they are read.
func TestCertificatesWithoutEnd(t *testing.T) {
	dir := t.TempDir()
	host := filepath.Join(dir, "reg.example")
	assert.NilError(t, os.Mkdir(host, 0o700))
	for _, file := range []string{"ca.crt", "client.cert"} {
		path := filepath.Join(host, file)
		assert.NilError(t, os.WriteFile(path, nil, 0o600))
		assert.NilError(t, os.Truncate(path, 3<<30))
		_, err := New(WithCertificates(dir), WithClock(newFakeClock())).
			Repository(t.Context(), named(t, "reg.example/team/app"), Pull)
		assert.ErrorIs(t, err, ErrRefused)
		assert.ErrorContains(t, err, "more than 4194304")
		assert.NilError(t, os.Remove(path))
	}
}
