package steps

import (
	"strings"
	"sync"
	"time"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
)

// Watch is a display that remembers how long the steps of a build took.
type Watch struct {
	progress.Writer

	mu    sync.Mutex
	steps map[vertex]*timing
}

// vertex is a step as one platform's build names it: one that several share is told to each of them.
type vertex struct {
	id   digest.Digest
	name string
}

// timing is how long a step ran. It may begin more than once, first for what its key is made of.
type timing struct {
	spans map[time.Time]time.Time
	// cached and failed are steps whose time says nothing.
	cached, failed bool
}

// Write implements [progress.Writer].
func (w *Watch) Write(status *client.SolveStatus) {
	w.note(status)
	w.Writer.Write(status)
}

// Of is what was seen of one of several works that are built together, which stands before the platform in the names of
// its steps; of a work without a name it is all.
func (w *Watch) Of(work string) *Watch {
	if work == "" {
		return w
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	own := &Watch{Writer: w.Writer, steps: map[vertex]*timing{}}
	for v, t := range w.steps {
		if rest, is := strings.CutPrefix(v.name, "["+work+" "); is {
			own.steps[vertex{v.id, "[" + rest}] = t
		}
	}
	return own
}

// note takes the times down.
func (w *Watch) note(status *client.SolveStatus) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.steps == nil {
		w.steps = map[vertex]*timing{}
	}
	for _, v := range status.Vertexes {
		if v.Started == nil {
			continue
		}
		key := vertex{v.Digest, v.Name}
		if w.steps[key] == nil {
			w.steps[key] = &timing{spans: map[time.Time]time.Time{}}
		}
		t := w.steps[key]
		t.cached, t.failed = t.cached || v.Cached, t.failed || v.Error != ""
		if v.Completed != nil && v.Completed.After(t.spans[*v.Started]) {
			t.spans[*v.Started] = *v.Completed
		}
	}
}

// took is how long a step ran in all; 0: it was cached, or did not end well.
func (t *timing) took() time.Duration {
	if t.cached || t.failed {
		return 0
	}
	var total time.Duration
	for from, to := range t.spans {
		total += to.Sub(from)
	}
	return total
}
