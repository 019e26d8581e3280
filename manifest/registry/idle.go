package registry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// What an answer was not, though some of it came.
const (
	whole = "whole "
	quick = "quick "
)

// idleError says that a host kept silent for too long.
type idleError struct {
	limit time.Duration
	// part says of what there was none, if not of any answer.
	part string
}

// Error implements error.
func (e *idleError) Error() string { return "no " + e.part + "answer for " + e.limit.String() }

// dripped tells that something came, so slowly that it would be waited for once more in vain.
func (e *idleError) dripped() bool { return e.part == whole || e.part == quick }

// Timeout marks it as one of those network errors that may pass (net.Error).
func (e *idleError) Timeout() bool { return true }

// idler ends a request when no byte of its body, of the answer's headers or of
// the answer's body moved for a while. It takes the place of one limit for the
// whole request, which large blobs would meet on slow lines.
type idler struct {
	inner http.RoundTripper
	limit time.Duration
	// secrets are not told.
	secrets *secrets
}

var _ http.RoundTripper = (*idler)(nil)

// RoundTrip implements http.RoundTripper.
func (t *idler) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	limit := t.limitOf(req)
	w := &watch{limit: limit, cancel: cancel, ctx: ctx}
	w.timer = time.AfterFunc(limit, func() { cancel(&idleError{limit: limit}) })

	watched := req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		watched.Body = &watchedBody{ReadCloser: req.Body, moved: w.moved}
	}
	if req.GetBody != nil {
		watched.GetBody = func() (io.ReadCloser, error) {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			return &watchedBody{ReadCloser: body, moved: w.moved}, nil
		}
	}
	resp, err := t.inner.RoundTrip(watched)
	if err != nil {
		err = w.cause(err)
		w.stop()
		return nil, err
	}
	w.moved()
	resp.Request = req
	cause := func(err error) error { return t.secrets.wrapNetwork(req, w.cause(err)) }
	resp.Body = &watchedBody{ReadCloser: resp.Body, moved: w.moved, cause: cause, stop: w.stop}
	return resp, nil
}

// limitOf is five times longer for the PUT that ends a blob upload: registries
// on object stores copy the whole blob before they answer.
func (t *idler) limitOf(req *http.Request) time.Duration {
	if req.Method == http.MethodPut && !strings.Contains(req.URL.Path, "/manifests/") {
		return 5 * t.limit
	}
	return t.limit
}

// watch is the timer of one request.
type watch struct {
	limit  time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
	// ctx is the request's own, kept for its cause.
	ctx context.Context
}

func (w *watch) moved() {
	if w.ctx.Err() == nil {
		w.timer.Reset(w.limit)
	}
}

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}

// cause returns the silence in place of err, if that is what ended the request.
func (w *watch) cause(err error) error {
	if silence, ok := errors.AsType[*idleError](context.Cause(w.ctx)); ok {
		return silence
	}
	return err
}

// watchedBody tells when bytes move.
type watchedBody struct {
	io.ReadCloser
	moved func()
	cause func(error) error
	stop  func()
	// few counts the bytes since something moved.
	few int
	// drops counts the reads that brought them: many are an answer in drops, and not one that stopped.
	drops int
}

// enough is how many bytes of an answer have to come for it to count as moving: one now and then is none.
const enough = 4 << 10

// Read implements io.Reader.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.few += n; n > 0 && (b.stop == nil || b.few >= enough) {
		b.few, b.drops = 0, 0
		b.moved()
	} else if n > 0 {
		b.drops++
	}
	if err != nil && !errors.Is(err, io.EOF) && b.cause != nil {
		err = b.cause(err)
		if silence, ok := errors.AsType[*idleError](err); ok && b.drops > 2 {
			silence.part = whole
		}
	}
	return n, err
}

// Close implements io.Closer.
func (b *watchedBody) Close() error {
	err := b.ReadCloser.Close()
	if b.stop != nil {
		b.stop()
	}
	return err
}
