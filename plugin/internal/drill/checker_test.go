//go:build drill

package drill

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
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
