package registry

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
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

// shortestContent is the length, in bytes, from which a word in a manifest or a config is no coincidence.
const shortestContent = 12

// errEcho marks content that repeats what was sent to prove who we are. It cannot be shown, and be
// what its digest says.
var errEcho = errors.New("the content repeats what was sent to sign in")

// blank takes out what was sent.
func (s *secrets) blank(text string) string { return blankWords(text, s.words(shortestSecret)) }

// check refuses content that holds what was sent.
func (s *secrets) check(body []byte) error {
	if holdsWord(string(body), s.words(shortestContent)) {
		return errEcho
	}
	return nil
}

// words are what was sent, from a length on.
func (s *secrets) words(shortest int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	words := make([]string, 0, len(s.sent))
	for word := range s.sent {
		if len(word) >= shortest {
			words = append(words, word)
		}
	}
	return words
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
