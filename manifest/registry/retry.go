package registry

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// onceKey marks in a context that a request whose fate is unknown may not be
// sent again: the caller finds out first whether it was carried out.
type onceKey struct{}

// retrier is the transport below authentication. It sends nothing the policy
// refuses, waits out the host's pause, and repeats what can be repeated.
type retrier struct {
	client *Client
	policy policy
	inner  http.RoundTripper
}

var _ http.RoundTripper = (*retrier)(nil)

// RoundTrip implements http.RoundTripper. Errors that do not come from the
// request's own context are *Error.
func (t *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.policy.allow(req); err != nil {
		closeBody(req)
		return nil, err
	}
	tries := t.client.attempts()
	for {
		if err := t.client.pauses.wait(req.Context(), req.URL.Host); err != nil {
			closeBody(req)
			return nil, err
		}
		resp, err := t.try(req)
		pause := asked(resp, t.client.clock)
		if pause > 0 {
			t.client.pauses.add(req.URL.Host, pause)
		}
		if !repeats(req, resp, err) {
			return resp, t.client.secrets.wrapNetwork(req, err)
		}
		wait, ok := nextWait(tries, pause)
		if !ok {
			return resp, t.client.secrets.wrapNetwork(req, err)
		}
		t.client.holdBack(req.URL.Host, statusOf(resp), wait, pause > 0, tries.made+1)
		discard(resp)
		if err := sleep(req.Context(), t.client.clock, wait); err != nil {
			return nil, err
		}
	}
}

// try sends req once. A body that can be made again is made again each time, the
// first too: who calls may have had it read and refused for want of a new token.
func (t *retrier) try(req *http.Request) (*http.Response, error) {
	leave, err := t.client.lanes.enter(req.Context(), req.URL.Host)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	defer leave()
	if req.GetBody == nil || !repeatable(req) {
		return t.inner.RoundTrip(req)
	}
	closeBody(req)
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again := req.Clone(req.Context())
	again.Body = body
	return t.inner.RoundTrip(again)
}

func nextWait(tries *attempts, pause time.Duration) (time.Duration, bool) {
	if pause > 0 {
		return tries.obey(pause)
	}
	return tries.backOff()
}

// longWait is the pause that is told of, whoever chose it.
const longWait = 5 * time.Second

// holdBack says that a registry makes us wait before try number next, if it asked
// for the pause or that is long. A rate limit holds back all requests to the host,
// also for a pause that we chose.
func (c *Client) holdBack(host string, status int, wait time.Duration, asked bool, next int) {
	limited := status == http.StatusTooManyRequests
	if limited && !asked {
		c.pauses.add(host, wait)
	}
	if !limited && !asked && wait < longWait {
		return
	}
	why := host + " is busy"
	switch {
	case limited:
		why = "rate limited by " + host
	case status == 0:
		why = "no answer from " + host
	}
	seconds := (wait + time.Second - 1) / time.Second
	c.notify(c.secrets.blank(fmt.Sprintf("%s, waiting %d s (%d of %d)", why, seconds, next, maxTries)))
}

func statusOf(resp *http.Response) int {
	if resp == nil {
		return 0
	}
	return resp.StatusCode
}

// repeats says whether req may be sent again after this outcome.
func repeats(req *http.Request, resp *http.Response, err error) bool {
	if !repeatable(req) || req.Context().Err() != nil {
		return false
	}
	once := req.Context().Value(onceKey{}) != nil
	if err != nil {
		return !once && temporary(err)
	}
	return repeatableStatus(resp.StatusCode) && (!once || notCarriedOut(resp.StatusCode))
}

// repeatable is true for requests that can be sent twice without harm: not for
// the parts of a blob upload, which registries refuse the second time.
func repeatable(req *http.Request) bool {
	noBody := req.Body == nil || req.Body == http.NoBody
	switch req.Method {
	case http.MethodGet, http.MethodHead:
		return noBody
	case http.MethodPost:
		return noBody || (req.GetBody != nil && !strings.Contains(req.URL.Path, "/blobs/uploads/"))
	case http.MethodPut:
		return req.GetBody != nil && strings.Contains(req.URL.Path, "/manifests/")
	}
	return false
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// discard drops an answer, reading what little is left so that its connection
// can be used again.
func discard(resp *http.Response) {
	if resp == nil {
		return
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxErrorBody)
	_ = resp.Body.Close()
}

// once returns ctx marked so that a request of unknown fate is not sent again.
func once(ctx context.Context) context.Context {
	return context.WithValue(ctx, onceKey{}, true)
}
