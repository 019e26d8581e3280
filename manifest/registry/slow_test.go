package registry

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// trickle is the body of an answer that comes byte by byte and never ends.
type trickle struct{ http.RoundTripper }

func (r trickle) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	if err == nil && req.Method == http.MethodGet && req.URL.Path != "/v2/" {
		_ = resp.Body.Close()
		resp.Body = slowBody{req}
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

// One byte now and then does not keep a reader for ever.
func TestTrickle(t *testing.T) {
	server := registrytest.New(t)
	good, _ := openRepo(t, server)
	putManifest(t, good, "1", manifestBody("x"))
	repo, _ := openRepo(t, server, WithTransport(trickle{http.DefaultTransport}), func(c *Client) {
		c.idle = 50 * time.Millisecond
	})
	_, _, err := repo.Resolve(t.Context(), "1")
	assert.Assert(t, errors.Is(err, ErrUnavailable), err)
	assert.ErrorContains(t, err, "answer for ")
}
