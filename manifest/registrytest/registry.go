package registrytest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"sync"
	"testing"

	ggcr "github.com/google/go-containerregistry/pkg/registry"
)

// rule applies a fault to the n-th request (from 1; 0 for all) that matches
// method (empty for any) and path.
type rule struct {
	method string
	path   *regexp.Regexp
	nth    int
	fault  Fault
	hits   int
}

// Registry is a registry in this process, behind HTTP on loopback, with faults, which records every request in order.
type Registry struct {
	*httptest.Server
	// Handler is behind the faults; what it is asked directly is not recorded.
	// A test may wrap it before the first request.
	Handler http.Handler

	mu       sync.Mutex
	wrap     func(http.ResponseWriter, *http.Request) bool
	rules    []*rule
	requests []string
	headers  []http.Header
}

// New starts a registry that is closed at the end of the test.
func New(t *testing.T) *Registry {
	t.Helper()
	r := &Registry{Handler: ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0)))}
	r.Server = httptest.NewUnstartedServer(r)
	r.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.Start()
	t.Cleanup(r.Close)
	return r
}

// Host is HOST:PORT of the registry.
func (r *Registry) Host() string { return r.Listener.Addr().String() }

// On adds a rule; the first that matches and is due applies.
func (r *Registry) On(method, path string, nth int, f Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rules = append(r.rules, &rule{method: method, path: regexp.MustCompile(path), nth: nth, fault: f})
}

// Calm ends all faults.
func (r *Registry) Calm() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rules = nil
}

// Intercept has every request from now on go to wrap first, which answers it and returns true, or leaves it to the
// faults and the registry; nil: none.
func (r *Registry) Intercept(wrap func(http.ResponseWriter, *http.Request) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wrap = wrap
}

// ServeHTTP implements http.Handler.
func (r *Registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	wrap, fault := r.record(request)
	switch {
	case wrap != nil && wrap(w, request):
	case fault != nil:
		fault(w, request, r.Handler)
	default:
		r.Handler.ServeHTTP(w, request)
	}
}

// record notes a request, and says what becomes of it.
func (r *Registry) record(request *http.Request) (func(http.ResponseWriter, *http.Request) bool, Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	path := regexp.MustCompile(`/uploads/.+`).ReplaceAllString(request.URL.Path, "/uploads/ID")
	r.requests = append(r.requests, request.Method+" "+path)
	r.headers = append(r.headers, request.Header.Clone())
	var due Fault
	for _, rule := range r.rules {
		if rule.method != "" && rule.method != request.Method || !rule.path.MatchString(request.URL.Path) {
			continue
		}
		if rule.hits++; due == nil && (rule.nth == 0 || rule.nth == rule.hits) {
			due = rule.fault
		}
	}
	return r.wrap, due
}

// Log returns the requests so far whose method and path match.
func (r *Registry) Log(pattern string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	match := regexp.MustCompile(pattern)
	return slices.DeleteFunc(slices.Clone(r.requests), func(s string) bool { return !match.MatchString(s) })
}

// SentHeader returns a header of every request so far.
func (r *Registry) SentHeader(key string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var values []string
	for _, h := range r.headers {
		values = append(values, h.Get(key))
	}
	return values
}
