package registry

import (
	"bytes"
	"io"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// helperWords pass on what a credential helper says to its user, fit for a
// terminal and without secrets. A question, whose line does not end, is passed on
// at once; the rest when the helper has ended, and its secret is known.
type helperWords struct {
	to io.Writer

	mu   sync.Mutex
	held bytes.Buffer
}

// Write implements io.Writer.
func (w *helperWords) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held.Write(p)
	if over := w.held.Len() - maxErrorBody; over > 0 {
		w.held.Next(over) // a helper that talks without end
	}
	if len(p) == 0 || p[len(p)-1] == '\n' {
		return len(p), nil
	}
	return len(p), w.pass()
}

// end passes on what is left, without the secret that the helper has given.
func (w *helperWords) end(secret string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pass(secret)
}

// pass passes on what is held, without some words.
func (w *helperWords) pass(words ...string) error {
	text := w.held.String()
	w.held.Reset()
	for _, word := range words {
		if len(word) >= shortestSecret {
			text = blankWords(text, []string{word})
		}
	}
	if text == "" {
		return nil
	}
	_, err := io.WriteString(w.to, visible.Written([]byte(hideSecrets(text))))
	return err
}
