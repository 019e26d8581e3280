//go:build drill

package drill

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// watch reads every tag after each request that may have changed one.
type watch struct {
	checker
	registry *registrytest.Registry
	// before is what each tag held first, by its path.
	before map[string]*httptest.ResponseRecorder
	// again are the blobs that are sent though they are there.
	again resent
	mu    sync.Mutex
	bad   []string
}

// watchTags has everything that a registry carries out looked at.
func watchTags(registry *registrytest.Registry) *watch {
	w := &watch{
		checker: checker{registry.Handler}, registry: registry, before: map[string]*httptest.ResponseRecorder{},
	}
	tag := regexp.MustCompile(`/manifests/([^/:]+)$`)
	registry.Handler = http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // a request that was cut off changes nothing in a real registry
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer, done := w.again.look(answer, r)
		defer done()
		match := tag.FindStringSubmatch(r.URL.Path)
		if match == nil || r.Method != http.MethodPut {
			w.handler.ServeHTTP(answer, r)
			return
		}
		w.keep(r.URL.Path)
		w.handler.ServeHTTP(answer, r)
		if strings.Contains(r.URL.Path, "/"+repository+"/") {
			if _, err := w.read(match[1]); err != nil {
				w.mu.Lock()
				w.bad = append(w.bad, match[1]+": "+err.Error())
				w.mu.Unlock()
			}
		}
	})
	return w
}

// keep keeps what a tag holds now, where it held nothing else before.
func (w *watch) keep(path string) {
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil)) //nolint:noctx // in memory
	w.mu.Lock()
	defer w.mu.Unlock()
	if answer.Code == http.StatusOK && w.before[path] == nil {
		w.before[path] = answer
	}
}

// older answers with what a tag held at first, as a cache in front of a registry does.
func (w *watch) older(answer http.ResponseWriter, r *http.Request, _ http.Handler) {
	w.mu.Lock()
	old := w.before[r.URL.Path]
	w.mu.Unlock()
	for key, values := range old.Header() {
		answer.Header()[key] = values
	}
	answer.WriteHeader(old.Code)
	if r.Method == http.MethodGet {
		_, _ = answer.Write(old.Body.Bytes())
	}
}

// hasOlder is whether a tag is read that has held something else.
func (w *watch) hasOlder(r *http.Request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return reading(r) && w.before[r.URL.Path] != nil
}

// broken is what a tag held that was not whole.
func (w *watch) broken() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.bad)
}

// forgive forgets what tags have held so far.
func (w *watch) forgive() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bad = nil
}

// knowing has a registry refuse an image whose blobs it does not have, as registries do.
func knowing(registry *registrytest.Registry) {
	inner := registry.Handler
	registry.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		repository, _, sent := strings.Cut(r.URL.Path, "/manifests/")
		if !sent || r.Method != http.MethodPut {
			inner.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		var m document
		if err != nil || json.Unmarshal(body, &m) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, e := range append(m.Layers, m.Config) {
			answer := httptest.NewRecorder()
			request := httptest.NewRequest(http.MethodHead, repository+"/blobs/"+e.Digest, nil) //nolint:noctx // in memory
			if inner.ServeHTTP(answer, request); e.Digest != "" && answer.Code != http.StatusOK {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown"}]}`)
				return
			}
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		inner.ServeHTTP(w, r)
	})
}
