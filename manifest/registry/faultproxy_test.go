package registry

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	ggcr "github.com/google/go-containerregistry/pkg/registry"
)

// fault is what a faultProxy does instead of passing a request on.
type fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// rule applies a fault to the n-th request (from 1; 0 for all) that matches
// method and path.
type rule struct {
	method string
	path   *regexp.Regexp
	nth    int
	fault  fault
	hits   int
}

// faultProxy is a registry in this process behind HTTP, with faults, which
// records every request in order.
type faultProxy struct {
	*httptest.Server
	next http.Handler

	mu       sync.Mutex
	rules    []*rule
	requests []string
	headers  []http.Header
}

func newFaultProxy(t *testing.T) *faultProxy {
	t.Helper()
	p := &faultProxy{next: ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0)))}
	p.Server = httptest.NewUnstartedServer(p)
	p.Config.ErrorLog = log.New(io.Discard, "", 0)
	p.Start()
	t.Cleanup(p.Close)
	return p
}

// host is HOST:PORT of the registry.
func (p *faultProxy) host() string { return p.Listener.Addr().String() }

// on adds a rule; the first that matches and is due applies.
func (p *faultProxy) on(method, path string, nth int, f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = append(p.rules, &rule{method: method, path: regexp.MustCompile(path), nth: nth, fault: f})
}

// ServeHTTP implements http.Handler.
func (p *faultProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f := p.record(r); f != nil {
		f(w, r, p.next)
		return
	}
	p.next.ServeHTTP(w, r)
}

func (p *faultProxy) record(r *http.Request) fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := regexp.MustCompile(`/uploads/.+`).ReplaceAllString(r.URL.Path, "/uploads/ID")
	p.requests = append(p.requests, r.Method+" "+path)
	p.headers = append(p.headers, r.Header.Clone())
	var due fault
	for _, rule := range p.rules {
		if rule.method != r.Method || !rule.path.MatchString(r.URL.Path) {
			continue
		}
		if rule.hits++; due == nil && (rule.nth == 0 || rule.nth == rule.hits) {
			due = rule.fault
		}
	}
	return due
}

// log returns the requests so far whose method and path match.
func (p *faultProxy) log(pattern string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	match := regexp.MustCompile(pattern)
	return slices.DeleteFunc(slices.Clone(p.requests), func(s string) bool { return !match.MatchString(s) })
}

// sentHeader returns a header of every request so far.
func (p *faultProxy) sentHeader(key string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var values []string
	for _, h := range p.headers {
		values = append(values, h.Get(key))
	}
	return values
}

// status answers with a status, headers given as "Key: value", and a body.
func status(code int, body string, headers ...string) fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		for _, header := range headers {
			key, value, _ := strings.Cut(header, ": ")
			w.Header().Set(key, value)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// hangUp closes the connection after reading some bytes of the request's body.
func hangUp(after int64) fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.CopyN(io.Discard, r.Body, after)
		closeConnection(w)
	}
}

// loseAnswer passes the request on and closes the connection without answering.
func loseAnswer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	closeConnection(w)
}

// cutAnswer passes the request on and sends half of the answer.
func cutAnswer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	body := answer.Body.Bytes()
	w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	closeConnection(w)
}

// changeBody passes the request on and changes the answer's body.
func changeBody(change func([]byte) []byte) fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		body := change(answer.Body.Bytes())
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body)
	}
}

// endless answers with a body that never ends.
func endless(code int, contentType string) fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(code)
		block := []byte(strings.Repeat(" ", 64<<10))
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
}

func closeConnection(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}
