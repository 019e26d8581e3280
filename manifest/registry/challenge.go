package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
)

// wantsLater signs in when a request is the first that is refused: a registry may let anybody look at /v2/, which is
// where it is asked what it wants, and want a token for some of its repositories only.
type wantsLater struct {
	inner http.RoundTripper
	// host is the registry. What others want, to whom it sends on, is none of its credentials.
	host string
	// signIn gives what meets a challenge; nil: the registry has said at once what it wants.
	signIn func(ctx context.Context, challenge []string, scheme string) (http.RoundTripper, error)

	mu     sync.Mutex
	signed http.RoundTripper
}

var _ http.RoundTripper = (*wantsLater)(nil)

// RoundTrip implements [http.RoundTripper]. A request whose body cannot be had once more is not made again; the next
// one is signed.
func (w *wantsLater) RoundTrip(req *http.Request) (*http.Response, error) {
	if signed := w.now(); signed != nil && req.URL.Host == w.host {
		return signed.RoundTrip(req)
	}
	resp, err := w.inner.RoundTrip(req)
	if err != nil || w.signIn == nil || resp.StatusCode != http.StatusUnauthorized || req.URL.Host != w.host {
		return resp, err
	}
	if resp.Header.Get("WWW-Authenticate") == "" {
		return resp, nil
	}
	signed, err := w.sign(req, resp)
	if err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	again := req.Clone(req.Context())
	again.Header.Del("Authorization")
	if req.Body != nil && req.Body != http.NoBody {
		if req.GetBody == nil {
			return resp, nil
		}
		if again.Body, err = req.GetBody(); err != nil {
			return resp, nil //nolint:nilerr // what was answered says more
		}
	}
	_ = resp.Body.Close()
	return signed.RoundTrip(again)
}

func (w *wantsLater) now() http.RoundTripper {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.signed
}

// sign signs in, once.
func (w *wantsLater) sign(req *http.Request, resp *http.Response) (http.RoundTripper, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.signed != nil {
		return w.signed, nil
	}
	scheme := req.URL.Scheme
	if resp.Request != nil {
		scheme = resp.Request.URL.Scheme
	}
	signed, err := w.signIn(req.Context(), resp.Header.Values("WWW-Authenticate"), scheme)
	if err != nil {
		return nil, err
	}
	w.signed = signed
	return signed, nil
}

// pinged sees whether the question what a registry wants is answered with a challenge. Where one is known already, it
// is the answer.
type pinged struct {
	inner http.RoundTripper
	// known is a challenge of that scheme of URLs; nil: the registry is asked.
	known  []string
	scheme string
	// asked is set once the registry was asked, wants where it wants something.
	asked, wants atomic.Bool
}

var _ http.RoundTripper = (*pinged)(nil)

// RoundTrip implements [http.RoundTripper].
func (p *pinged) RoundTrip(req *http.Request) (*http.Response, error) {
	if p.asked.Load() || req.URL.Path != "/v2/" {
		return p.inner.RoundTrip(req)
	}
	if p.known == nil {
		resp, err := p.inner.RoundTrip(req)
		if err == nil && resp.StatusCode == http.StatusUnauthorized {
			p.wants.Store(true)
		}
		return resp, err
	}
	if req.URL.Scheme != p.scheme {
		return nil, fmt.Errorf("the registry was reached by %s", p.scheme)
	}
	return &http.Response{
		Status: "401 Unauthorized", StatusCode: http.StatusUnauthorized, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Www-Authenticate": p.known}, Body: http.NoBody, Request: req,
	}, nil
}
