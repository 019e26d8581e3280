package registry

import (
	"io"
	"net/http"
	"strings"
)

const (
	// maxManifest is the largest manifest or config read or written, in bytes.
	maxManifest = 4 << 20
	// maxErrorBody is how much of an error's body is read, in bytes.
	maxErrorBody = 64 << 10
)

// limiter cuts what a hostile or broken host may make us read: bodies of errors
// at 64 KiB, others but blobs, wherever their requests are redirected to, one byte
// after the largest manifest, so that the reader sees it is too large. Tokens are
// cut at 64 KiB by go-containerregistry.
type limiter struct {
	inner http.RoundTripper
}

var _ http.RoundTripper = (*limiter)(nil)

// RoundTrip implements http.RoundTripper.
func (l *limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.inner.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	switch {
	case resp.StatusCode >= http.StatusMultipleChoices:
		resp.Body = limitBody(errorBody{resp.Body}, maxErrorBody)
	case !strings.Contains(firstOf(req).URL.Path, "/blobs/"):
		resp.Body = limitBody(resp.Body, maxManifest+1)
	}
	return resp, nil
}

// firstOf is the request that was made of our own accord, where req follows
// redirects of it. What is asked for is known from it alone: registries name their
// storage as they like.
func firstOf(req *http.Request) *http.Request {
	for req.Response != nil && req.Response.Request != nil {
		req = req.Response.Request
	}
	return req
}

// errorBody is an error's body, of which what arrives is enough: one that is cut
// must not hide the status.
type errorBody struct{ io.ReadCloser }

// Read implements io.Reader.
func (b errorBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// limitedBody ends after some bytes and closes the whole.
type limitedBody struct {
	io.Reader
	io.Closer
}

func limitBody(body io.ReadCloser, n int64) io.ReadCloser {
	return limitedBody{Reader: io.LimitReader(body, n), Closer: body}
}
