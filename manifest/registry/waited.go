package registry

import (
	"sync"
	"time"
)

// patience is how long registries are waited for.
type patience struct {
	// clock tells how late answers are: the machine's own, as that of the timers. A pause between two tries, which the
	// client's clock may pass at once, makes no other answer late.
	clock Clock
	// idle is how long a request may go without a byte in or out.
	idle time.Duration
	// answer is how long the headers of an answer may take to come that holds no layer, and document how long all the
	// rest of it may, if it is small: of a long one a second more for each slowest bytes.
	answer, document time.Duration
	// prompt is how long any of these may take without being late, and together how late they may be, all in all: a
	// registry that lets each of a thousand wait does not keep a reader for hours.
	prompt, together time.Duration
}

// patient is how long registries are waited for if nothing else is asked for.
func patient() patience {
	return patience{
		clock: systemClock{}, idle: 60 * time.Second,
		answer: 30 * time.Second, document: 10 * time.Second,
		prompt: 5 * time.Second, together: 30 * time.Second,
	}
}

// waited is how late the answers of a client's registries were that hold no layer, all in all. Time in which several
// were late counts once, and time in which layers move does not count: they may take the whole line.
type waited struct {
	patience

	mu sync.Mutex
	// due is by when each answer that is waited for should have come.
	due map[*watch]time.Time
	// layers is how many requests are on their way with a layer.
	layers int
	// since is up to when late has been counted.
	since time.Time
	late  time.Duration
}

func newWaited(patience patience) *waited {
	return &waited{patience: patience, due: map[*watch]time.Time{}}
}

// settle counts up to now.
func (w *waited) settle() (now time.Time) {
	now = w.clock.Now()
	from := now
	for _, due := range w.due {
		if due.Before(from) {
			from = due
		}
	}
	if from.Before(w.since) {
		from = w.since
	}
	if w.layers == 0 && now.After(from) {
		w.late += now.Sub(from)
	}
	w.since = now
	return now
}

// expect begins to wait for an answer, or for the body of it.
func (w *waited) expect(answer *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due[answer] = w.settle().Add(w.prompt)
}

// extend lets an answer that is waited for take longer, for its size.
func (w *waited) extend(answer *watch, more time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settle()
	if due, waits := w.due[answer]; waits {
		w.due[answer] = due.Add(more)
	}
}

// left is for how long an answer may be waited for that may take so long.
func (w *waited) left(most time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settle()
	return min(most, w.prompt+max(0, w.together-w.late))
}

// tooLate tells that an answer, which is late itself, is one too many.
func (w *waited) tooLate(answer *watch) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.settle()
	due, waits := w.due[answer]
	return waits && now.After(due) && w.late > w.together
}

// end is told when an answer is waited for no more; one that never came was late from the start.
func (w *waited) end(answer *watch, came bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settle()
	if _, waits := w.due[answer]; waits && !came {
		w.late += w.prompt
	}
	delete(w.due, answer)
}

// layer counts a request that moves a layer, until done is called.
func (w *waited) layer() (done func()) {
	count := func(n int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.settle()
		w.layers += n
	}
	count(1)
	return sync.OnceFunc(func() { count(-1) })
}
