package registry

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// helperMark stands before the lines of a helper, which cannot be taken for lines of ours then.
const helperMark = "  | "

// helperWords pass on what a credential helper says to its user, fit for a
// terminal, in marked lines and without secrets. A question, whose line does not end, is passed on
// at once; the rest when the helper has ended, and its secret is known.
type helperWords struct {
	to io.Writer

	mu   sync.Mutex
	held bytes.Buffer
	// within tells that the line that was passed on last has not ended.
	within bool
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
	var marked strings.Builder
	for line := range strings.Lines(visible.Written([]byte(hideSecrets(text)))) {
		if !w.within {
			marked.WriteString(helperMark)
		}
		w.within = !strings.HasSuffix(line, "\n")
		marked.WriteString(line)
	}
	_, err := io.WriteString(w.to, marked.String())
	return err
}
