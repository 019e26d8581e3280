//go:build drill

package drill

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// resent finds blobs that are sent though they are there. A run that was ended leaves requests behind, which the
// registry may still be carrying out when the next run looks: they are not of that run, and what they store it cannot
// have seen.
type resent struct {
	mu sync.Mutex
	// stored are the blobs that were sent or mounted, by their path, and there are those of them when noting began; nil:
	// nothing is noted.
	stored, there map[string]bool
	// begun are the uploads that were begun since, by their path.
	begun map[string]bool
	found []string
}

// note begins to note; the function returns what was found.
func (s *resent) note() func() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.there, s.begun, s.found = maps.Clone(s.stored), map[string]bool{}, nil
	if s.there == nil {
		s.there = map[string]bool{}
	}
	return func() []string {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.there = nil
		return s.found
	}
}

// look looks at a request; the answer is to be written to what it returns, and done to be called after that.
func (s *resent) look(w http.ResponseWriter, r *http.Request) (answer http.ResponseWriter, done func()) {
	repository, upload, is := strings.Cut(r.URL.Path, "/blobs/uploads/")
	query := r.URL.Query()
	sent := query.Get("digest")
	if !is || r.Method == http.MethodGet {
		return w, func() {}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	begun := upload == "" || s.begun[r.URL.Path]
	if sent != "" && begun && s.there[repository+"/blobs/"+sent] {
		s.found = append(s.found, sent)
	}
	kept := &coded{ResponseWriter: w}
	return kept, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case kept.code == http.StatusAccepted && upload == "" && s.begun != nil:
			if location, err := url.Parse(w.Header().Get("Location")); err == nil {
				s.begun[location.Path] = true
			}
		case kept.code == http.StatusCreated:
			if s.stored == nil {
				s.stored = map[string]bool{}
			}
			s.stored[repository+"/blobs/"+sent+query.Get("mount")] = true
		}
	}
}

// coded keeps the status of an answer.
type coded struct {
	http.ResponseWriter
	code int
}

func (c *coded) WriteHeader(code int) {
	c.code = code
	c.ResponseWriter.WriteHeader(code)
}

// What is sent again is found, and neither what was on its way before nor what is new.
func TestCheckerFindsWhatIsSentAgain(t *testing.T) {
	var s resent
	ask := func(method, target, location string, code int) {
		answer := httptest.NewRecorder()
		w, done := s.look(answer, httptest.NewRequestWithContext(t.Context(), method, target, nil))
		w.Header().Set("Location", location)
		w.WriteHeader(code)
		done()
	}
	send := func(upload, digest string) {
		ask(http.MethodPost, "/v2/a/blobs/uploads/", "http://registry/v2/a/blobs/uploads/"+upload, http.StatusAccepted)
		ask(http.MethodPut, "/v2/a/blobs/uploads/"+upload+"?digest="+digest, "", http.StatusCreated)
	}
	send("1", "sha256:one")
	ask(http.MethodPost, "/v2/a/blobs/uploads/?mount=sha256:two&from=b", "", http.StatusCreated)
	ask(http.MethodPost, "/v2/a/blobs/uploads/", "/v2/a/blobs/uploads/2", http.StatusAccepted)
	found := s.note()
	ask(http.MethodPut, "/v2/a/blobs/uploads/2?digest=sha256:one", "", http.StatusCreated)
	send("3", "sha256:new")
	assert.Equal(t, len(found()), 0)

	found = s.note()
	send("4", "sha256:one")
	send("5", "sha256:two")
	ask(http.MethodPost, "/v2/a/blobs/uploads/?digest=sha256:new", "", http.StatusCreated)
	assert.DeepEqual(t, found(), []string{"sha256:one", "sha256:two", "sha256:new"})
	send("6", "sha256:one")
	assert.Equal(t, len(s.found), 3)
}

// The program sends again what a registry says it does not have: that is found, too.
func TestCheckerFindsWhatTheProgramSendsAgain(t *testing.T) {
	one := newTry(t, drilltest.Options{Tries: 1}, 1)
	one.published(t, "", "new", []string{"linux/amd64"}, []string{"v0"})
	one.draft(t, "", "new", []string{"linux/amd64"}, []string{"v1"})
	one.registry.On(http.MethodHead, "/blobs/", 0, registrytest.Status(http.StatusNotFound, ""))
	found := one.watch.again.note()
	got := one.run(t, "", "publish", one.name("v1"))
	assert.Equal(t, got.code, 0, got.output)
	assert.Check(t, len(found()) > 0)
}
