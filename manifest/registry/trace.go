package registry

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// tracer tells of every request. It sits below retries and authentication, so it
// sees what goes over the wire, and leaves out all that may be secret: headers,
// bodies, queries (which hold the state of uploads) and user names.
type tracer struct {
	inner http.RoundTripper
	clock Clock
	tell  func(line string)
}

var _ http.RoundTripper = (*tracer)(nil)

// RoundTrip implements http.RoundTripper.
func (t *tracer) RoundTrip(req *http.Request) (*http.Response, error) {
	started := t.clock.Now()
	resp, err := t.inner.RoundTrip(req)
	outcome := "failed"
	switch {
	case err != nil:
		outcome = "failed: " + clean(err.Error())
	case resp != nil:
		outcome = fmt.Sprint(resp.StatusCode)
	}
	took := t.clock.Now().Sub(started).Round(time.Millisecond)
	t.tell(fmt.Sprintf("%s %s: %s (%s)", req.Method, plainURL(req.URL), outcome, took))
	return resp, err
}

// plainURL is a URL without what may be secret.
func plainURL(u *url.URL) string {
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return clean(plain.String())
}
