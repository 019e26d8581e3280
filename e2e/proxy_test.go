//go:build e2e

package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// exchange is one request a client made of the registry, and how it was answered.
type exchange struct {
	Method string
	Path   string
	Query  string
	Status int // what the client was sent, 0 if the connection was cut instead
}

// proxy stands before the lab's registry on a loopback port, records what is asked of it in the order of arrival,
// and does to chosen requests what networks and registries do.
type proxy struct {
	host string // host:port clients name the registry by

	mu        sync.Mutex
	exchanges []exchange
	faults    []*fault
}

// fault is an action on the nth request (from 1, or 0 for every one) that matches method and part of the path.
type fault struct {
	method string // any if empty
	path   string // substring of the URL path
	nth    int
	action action
	seen   int
}

// newProxy starts a proxy before the registry; it ends with the test.
func newProxy(t *testing.T, registry string) *proxy {
	t.Helper()
	p := &proxy{}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: registry})
		r.Out.Host = r.In.Host // so that upload locations lead back through the proxy
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, forward) }))
	t.Cleanup(server.Close)
	p.host = server.Listener.Addr().String()
	return p
}

// fail arms a fault: the nth request (0: each) of the method (empty: any) whose path contains path.
func (p *proxy) fail(method, path string, nth int, action action) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, &fault{method: method, path: path, nth: nth, action: action})
}

// requests is what was asked so far, optionally only of one method.
func (p *proxy) requests(method string) []exchange {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := slices.Clone(p.exchanges)
	return slices.DeleteFunc(found, func(e exchange) bool { return method != "" && e.Method != method })
}

// reset forgets what was recorded and disarms every fault.
func (p *proxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.exchanges, p.faults = nil, nil
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	number, act := p.arrive(r)
	recorder := &statusRecorder{ResponseWriter: w}
	defer func() { p.answered(number, recorder.status) }()
	act(recorder, r, forward)
}

// arrive records a request before it is answered and picks what happens to it.
func (p *proxy) arrive(r *http.Request) (int, action) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.exchanges = append(p.exchanges, exchange{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery})
	chosen := pass
	for _, f := range p.faults {
		if (f.method != "" && f.method != r.Method) || !strings.Contains(r.URL.Path, f.path) {
			continue
		}
		f.seen++
		if f.nth == 0 || f.nth == f.seen {
			chosen = f.action
		}
	}
	return len(p.exchanges) - 1, chosen
}

func (p *proxy) answered(number, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if number < len(p.exchanges) {
		p.exchanges[number].Status = status
	}
}

// statusRecorder notes the status a handler sends.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader keeps the last status, as a final one may follow informational ones.
func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController the connection below.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
