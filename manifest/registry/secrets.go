package registry

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// shortestSecret is the length, in bytes, from which a word is blanked: a shorter
// one would blank what is no secret, too.
const shortestSecret = 3

// secrets are what was sent to prove who we are, by anyone of a client. A registry
// or token server that repeats them, in the text of an error, does not get them
// into a log.
type secrets struct {
	mu   sync.Mutex
	sent map[string]bool
}

// blanker takes secrets out of the bodies of errors.
type blanker struct {
	inner   http.RoundTripper
	secrets *secrets
}

var _ http.RoundTripper = (*blanker)(nil)

// RoundTrip implements http.RoundTripper.
func (b *blanker) RoundTrip(req *http.Request) (*http.Response, error) {
	b.secrets.note(secretsOf(req))
	resp, err := b.inner.RoundTrip(req)
	if err != nil || resp.StatusCode < http.StatusBadRequest {
		return resp, err
	}
	body, _, _ := localfile.Stream(resp.Body, maxErrorBody) // what arrives of it is enough
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(strings.NewReader(b.secrets.blank(string(body))))
	resp.ContentLength = -1
	resp.Header.Del("Content-Length")
	return resp, nil
}

func (s *secrets) note(words []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sent == nil {
		s.sent = map[string]bool{}
	}
	for _, word := range words {
		if len(word) >= shortestSecret {
			s.sent[word] = true
		}
	}
}

// blank takes out what was sent, the longest first: one may hold another.
func (s *secrets) blank(text string) string {
	s.mu.Lock()
	words := make([]string, 0, len(s.sent))
	for word := range s.sent {
		words = append(words, word)
	}
	s.mu.Unlock()
	return blankWords(text, words)
}

// blankWords takes words out of a text, also as JSON and URLs write them.
func blankWords(text string, words []string) string {
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	for _, word := range words {
		escapes := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "/", `\/`)
		html := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "<", `\u003c`, ">", `\u003e`, "&", `\u0026`, "=", `\u003d`)
		for _, form := range []string{word, escapes.Replace(word), html.Replace(word), url.QueryEscape(word)} {
			text = strings.ReplaceAll(text, form, "…")
		}
	}
	return text
}

// secretsOf are the secrets in a request: the header of Basic or Bearer, what
// Basic holds, and what is posted to a token server.
func secretsOf(req *http.Request) []string {
	var words []string
	if _, value, ok := strings.Cut(req.Header.Get("Authorization"), " "); ok {
		words = append(words, value, strings.TrimRight(value, "="))
	}
	if user, password, ok := req.BasicAuth(); ok {
		both := user + ":" + password
		words = append(words, password, both, base64.RawURLEncoding.EncodeToString([]byte(both)))
	}
	if req.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || req.GetBody == nil {
		return words
	}
	body, err := req.GetBody()
	if err != nil {
		return words
	}
	defer body.Close()
	text, _, _ := localfile.Stream(body, maxErrorBody)
	form, _ := url.ParseQuery(string(text))
	return append(words, form.Get("password"), form.Get("refresh_token"))
}
