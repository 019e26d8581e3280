package registry

import (
	"sync"
	"time"
)

const (
	// slowAnswers is how many times the longest silence all answers that are read may be waited for too long, together.
	slowAnswers = 4
	// prompt is how long any answer may take to come, whatever its size.
	prompt = 5 * time.Second
)

// waited is how much longer than they should have taken all answers together were waited for: a registry that sends
// each of a thousand in drops does not keep a reader for days.
type waited struct {
	mu   sync.Mutex
	time time.Duration
}

// add counts one answer of so many bytes.
func (w *waited) add(took time.Duration, bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time += max(0, took-prompt-time.Duration(bytes/slowest)*time.Second)
}

// exceeds tells that it is more than that.
func (w *waited) exceeds(most time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time > most
}
