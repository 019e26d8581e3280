package plugintest

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// Registry is a registry on loopback, in this process.
type Registry struct {
	// Host is HOST:PORT of it.
	Host string
	// Handler is the registry behind what wraps it.
	Handler http.Handler
	server  *registrytest.Registry
	// Wrap is what intercept was given last.
	Wrap func(http.ResponseWriter, *http.Request) bool
}

// NewRegistry starts a registry that ends with the test.
func NewRegistry(t *testing.T) *Registry {
	t.Helper()
	server := registrytest.New(t)
	return &Registry{Host: server.Host(), Handler: server.Handler, server: server}
}

// Intercept has every request from now on go to wrap first, which answers it and returns true, or leaves it to the
// registry; nil: none.
func (r *Registry) Intercept(wrap func(http.ResponseWriter, *http.Request) bool) {
	r.Wrap = wrap
	r.server.Intercept(wrap)
}

// Read returns the manifest at REPOSITORY and a tag or digest, as any client sees it; ok is false for none.
func (r *Registry) Read(t *testing.T, repository, ref string) (body []byte, mediaType string, ok bool) {
	t.Helper()
	return r.server.Read(t, repository, ref)
}

// DigestAt is what a tag holds; empty: nothing.
func (r *Registry) DigestAt(t *testing.T, repository, tag string) digest.Digest {
	t.Helper()
	return r.server.DigestAt(t, repository, tag)
}

// Write puts a manifest there, past everything that wrap does.
func (r *Registry) Write(t *testing.T, repository, ref, mediaType string, body []byte) {
	t.Helper()
	r.server.Write(t, repository, ref, mediaType, body)
}

// AssertServes checks that a tag serves exactly these platforms, and that every blob of each is there.
func (r *Registry) AssertServes(t *testing.T, repository, tag string, platforms ...string) {
	t.Helper()
	r.server.AssertServes(t, repository, tag, platforms...)
}

// Steady replaces what differs from run to run: digests and the address of the registry.
func (r *Registry) Steady(text string) string { return registrytest.Steady(text, r.Host) }

// Breaks has the registry answer every upload with a status.
func (r *Registry) Breaks(status int, body string) {
	r.Answers(http.MethodPost, "/blobs/uploads/", status, body)
}

// Answers has the registry answer requests whose path matches with a status.
func (r *Registry) Answers(method, path string, status int, body string) {
	pattern := regexp.MustCompile(path)
	r.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		if request.Method != method || !pattern.MatchString(request.URL.Path) {
			return false
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
		return true
	})
}
