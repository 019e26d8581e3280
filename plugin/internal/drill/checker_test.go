//go:build drill

package drill

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// entry is what the checker reads of a descriptor. Its types are its own: it shares none with what it checks.
type entry struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int    `json:"size"`
	Platform  struct {
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
		Variant      string `json:"variant"`
	} `json:"platform"`
	Annotations map[string]string `json:"annotations"`
}

// document is an index or a manifest.
type document struct {
	MediaType string  `json:"mediaType"`
	Manifests []entry `json:"manifests"`
	Config    entry   `json:"config"`
	Layers    []entry `json:"layers"`
}

// held is what a tag holds.
type held struct {
	digest    string
	platforms []string
	// attested is how many of its images have attestations.
	attested int
}

// checker reads a registry past all faults.
type checker struct{ handler http.Handler }

func (c checker) get(path string) ([]byte, int) {
	answer := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, "/v2/"+repository+path, nil) //nolint:noctx // in memory
	c.handler.ServeHTTP(answer, request)
	return answer.Body.Bytes(), answer.Code
}

// read reads a tag and everything below it; a tag that is not there holds nothing.
func (c checker) read(tag string) (held, error) {
	body, code := c.get("/manifests/" + tag)
	if code == http.StatusNotFound {
		return held{}, nil
	}
	h := held{digest: hash(body)}
	var index document
	if err := json.Unmarshal(body, &index); err != nil {
		return h, err
	}
	if index.Manifests == nil {
		return h, c.image(index)
	}
	images := map[string]bool{}
	for _, e := range index.Manifests {
		images[e.Digest] = true
	}
	for _, e := range index.Manifests {
		manifest, err := c.fetch("/manifests/", e)
		if err != nil {
			return h, err
		}
		m, err := c.listed(manifest, e)
		if err != nil {
			return h, err
		}
		if subject, ok := e.Annotations["vnd.docker.reference.digest"]; ok {
			if err = c.attestation(m, subject, images); err != nil {
				return h, err
			}
			h.attested++
			continue
		}
		if err = c.built(m, e); err != nil {
			return h, err
		}
		p := strings.TrimSuffix(e.Platform.OS+"/"+e.Platform.Architecture+"/"+e.Platform.Variant, "/")
		h.platforms = append(h.platforms, p)
	}
	slices.Sort(h.platforms)
	return h, nil
}

// listed reads an entry of an index, with all that it consists of.
func (c checker) listed(manifest []byte, e entry) (m document, err error) {
	if err = json.Unmarshal(manifest, &m); err != nil {
		return m, err
	}
	if m.MediaType != "" && m.MediaType != e.MediaType {
		return m, fmt.Errorf("%s is %s, not %s", e.Digest, m.MediaType, e.MediaType)
	}
	return m, c.image(m)
}

// image reads what a manifest consists of.
func (c checker) image(m document) error {
	for _, e := range append(m.Layers, m.Config) {
		if _, err := c.fetch("/blobs/", e); err != nil {
			return err
		}
	}
	return nil
}

// built checks that an image is of the platform that the index says.
func (c checker) built(m document, e entry) error {
	text, err := c.fetch("/blobs/", m.Config)
	if err != nil {
		return err
	}
	was := e.Platform
	if err = json.Unmarshal(text, &was); err != nil {
		return err
	}
	if was != e.Platform {
		return fmt.Errorf("%s is of %v, and not of %v", e.Digest, was, e.Platform)
	}
	return nil
}

// attestation checks that the statements of an attestation manifest speak of an image of the index.
func (c checker) attestation(m document, subject string, images map[string]bool) error {
	if !images[subject] {
		return fmt.Errorf("an attestation of %s, which is not in the index", subject)
	}
	for _, layer := range m.Layers {
		body, err := c.fetch("/blobs/", layer)
		if err != nil {
			return err
		}
		var statement struct {
			Subject []struct {
				Digest map[string]string `json:"digest"`
			} `json:"subject"`
		}
		if err = json.Unmarshal(body, &statement); err != nil {
			return err
		}
		for _, s := range statement.Subject {
			if "sha256:"+s.Digest["sha256"] != subject {
				return fmt.Errorf("a statement on %s in the attestation of %s", s.Digest, subject)
			}
		}
	}
	return nil
}

// fetch reads what a descriptor names, which has its digest and size.
func (c checker) fetch(kind string, e entry) ([]byte, error) {
	body, code := c.get(kind + e.Digest)
	if code != http.StatusOK {
		return nil, fmt.Errorf("%s%s: status %d", kind, e.Digest, code)
	}
	if len(body) != e.Size || hash(body) != e.Digest {
		return nil, fmt.Errorf("%s%s: %d bytes of %s, not %d", kind, e.Digest, len(body), hash(body), e.Size)
	}
	return body, nil
}

func hash(body []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(body)) }

// watch reads every tag after each request that may have changed one.
type watch struct {
	checker
	registry *registrytest.Registry
	// before is what each tag held first, by its path.
	before  map[string]*httptest.ResponseRecorder
	mu      sync.Mutex
	bad     []string
	uploads []string
	noting  bool
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
		w.note(r)
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

// note notes a blob that is sent though it is there.
func (w *watch) note(r *http.Request) {
	sent := r.URL.Query().Get("digest")
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.noting || sent == "" || r.Method == http.MethodGet {
		return
	}
	head := httptest.NewRecorder()
	path := "/v2/" + repository + "/blobs/" + sent
	w.handler.ServeHTTP(head, httptest.NewRequest(http.MethodHead, path, bytes.NewReader(nil))) //nolint:noctx // in memory
	if head.Code == http.StatusOK {
		w.uploads = append(w.uploads, sent)
	}
}

// noteUploads begins to note what is sent though it is there; the function returns it.
func (w *watch) noteUploads() func() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.noting, w.uploads = true, nil
	return func() []string {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.noting = false
		return w.uploads
	}
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
