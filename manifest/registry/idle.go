package registry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// idler ends a request when no byte of its body, of the answer's headers or of
// the answer's body moved for a while. It takes the place of one limit for the
// whole request, which large blobs would meet on slow lines. What is small has to
// come as a whole.
type idler struct {
	inner  http.RoundTripper
	waited *waited
	// secrets are not told.
	secrets *secrets
}

var _ http.RoundTripper = (*idler)(nil)

// RoundTrip implements http.RoundTripper.
func (t *idler) RoundTrip(req *http.Request) (*http.Response, error) {
	w := t.watch(req)
	watched := req.WithContext(w.ctx)
	if req.Body != nil && req.Body != http.NoBody {
		watched.Body = &watchedBody{ReadCloser: req.Body, watch: w, sent: true}
	}
	if req.GetBody != nil {
		watched.GetBody = func() (io.ReadCloser, error) {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			return &watchedBody{ReadCloser: body, watch: w, sent: true}, nil
		}
	}
	resp, err := t.inner.RoundTrip(watched)
	if err == nil {
		err = w.answered()
	}
	if err != nil {
		if resp != nil {
			_ = resp.Body.Close()
		}
		err = w.cause(err)
		w.stop()
		return nil, err
	}
	resp.Request = req
	if resp.StatusCode == http.StatusSwitchingProtocols {
		// its body is the connection, which ends with no context; nobody has asked for another protocol
		_ = resp.Body.Close()
		resp.Body = http.NoBody
	}
	cause := func(err error) error { return t.secrets.wrapNetwork(req, w.cause(err)) }
	resp.Body = &watchedBody{ReadCloser: resp.Body, watch: w, cause: cause}
	return resp, nil
}

// watch begins to wait for the answer to a request.
func (t *idler) watch(req *http.Request) *watch {
	w := &watch{waited: t.waited, document: ofDocument(req), limit: t.limitOf(req), layer: func() {}}
	w.ctx, w.cancel = context.WithCancelCause(req.Context())
	if ofLayer(req) {
		w.layer = t.waited.layer()
	}
	if w.document {
		most := t.waited.answer
		w.limit = t.waited.left(most)
		w.spent = w.limit < most
		t.waited.expect(w)
	}
	w.timer = time.AfterFunc(w.limit, w.expire)
	return w
}

// limitOf is five times longer for the PUT that ends a blob upload: registries
// on object stores copy the whole blob before they answer.
func (t *idler) limitOf(req *http.Request) time.Duration {
	if req.Method == http.MethodPut && !strings.Contains(req.URL.Path, "/manifests/") {
		return 5 * t.waited.idle
	}
	return t.waited.idle
}

// watchedBody tells when bytes move.
type watchedBody struct {
	io.ReadCloser
	watch *watch
	// sent is true of a request's body; cause explains why an answer's ended.
	sent  bool
	cause func(error) error
}

// Read implements io.Reader.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.sent {
		if n > 0 {
			b.watch.moved()
		}
		return n, err
	}
	late := b.watch.came(n)
	if late != nil && (err == nil || errors.Is(err, io.EOF)) {
		return n, b.cause(late)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.cause(err)
	}
	return n, err
}

// Close implements io.Closer.
func (b *watchedBody) Close() error {
	err := b.ReadCloser.Close()
	if !b.sent {
		b.watch.stop()
	}
	return err
}
