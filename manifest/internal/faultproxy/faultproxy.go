// Package faultproxy is a registry in the test's process with faults that the test chooses.
package faultproxy

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

// Fault is what a Proxy does instead of passing a request on.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// rule applies a fault to the n-th request (from 1; 0 for all) that matches
// method (empty for any) and path.
type rule struct {
	method string
	path   *regexp.Regexp
	nth    int
	fault  Fault
	hits   int
}

// Proxy is a registry in this process behind HTTP, with faults, which
// records every request in order.
type Proxy struct {
	*httptest.Server
	// Registry is behind the faults; what it is asked directly is not recorded.
	// A test may wrap it before the first request.
	Registry http.Handler

	mu       sync.Mutex
	rules    []*rule
	requests []string
	headers  []http.Header
}

// New starts a registry that is closed at the end of the test.
func New(t *testing.T) *Proxy {
	t.Helper()
	p := &Proxy{Registry: ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0)))}
	p.Server = httptest.NewUnstartedServer(p)
	p.Config.ErrorLog = log.New(io.Discard, "", 0)
	p.Start()
	t.Cleanup(p.Close)
	return p
}

// Host is HOST:PORT of the registry.
func (p *Proxy) Host() string { return p.Listener.Addr().String() }

// On adds a rule; the first that matches and is due applies.
func (p *Proxy) On(method, path string, nth int, f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = append(p.rules, &rule{method: method, path: regexp.MustCompile(path), nth: nth, fault: f})
}

// Calm ends all faults.
func (p *Proxy) Calm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = nil
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f := p.record(r); f != nil {
		f(w, r, p.Registry)
		return
	}
	p.Registry.ServeHTTP(w, r)
}

func (p *Proxy) record(r *http.Request) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := regexp.MustCompile(`/uploads/.+`).ReplaceAllString(r.URL.Path, "/uploads/ID")
	p.requests = append(p.requests, r.Method+" "+path)
	p.headers = append(p.headers, r.Header.Clone())
	var due Fault
	for _, rule := range p.rules {
		if rule.method != "" && rule.method != r.Method || !rule.path.MatchString(r.URL.Path) {
			continue
		}
		if rule.hits++; due == nil && (rule.nth == 0 || rule.nth == rule.hits) {
			due = rule.fault
		}
	}
	return due
}

// Log returns the requests so far whose method and path match.
func (p *Proxy) Log(pattern string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	match := regexp.MustCompile(pattern)
	return slices.DeleteFunc(slices.Clone(p.requests), func(s string) bool { return !match.MatchString(s) })
}

// SentHeader returns a header of every request so far.
func (p *Proxy) SentHeader(key string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var values []string
	for _, h := range p.headers {
		values = append(values, h.Get(key))
	}
	return values
}

// Status answers with a status, headers given as "Key: value", and a body.
func Status(code int, body string, headers ...string) Fault {
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

// HangUp closes the connection after reading some bytes of the request's body.
func HangUp(after int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.CopyN(io.Discard, r.Body, after)
		CloseConnection(w)
	}
}

// LoseAnswer passes the request on and closes the connection without answering.
func LoseAnswer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	CloseConnection(w)
}

// CutAnswer passes the request on and sends half of the answer.
func CutAnswer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	body := answer.Body.Bytes()
	w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	CloseConnection(w)
}

// ChangeBody passes the request on and changes the answer's body.
func ChangeBody(change func([]byte) []byte) Fault {
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

// Endless answers with a body that never ends.
func Endless(code int, contentType string) Fault {
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

// CloseConnection ends a request without an answer.
func CloseConnection(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}
