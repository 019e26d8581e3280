package publish

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/opencontainers/go-digest"
)

// tags are the names the contents get: what they hold, what is in the way of writing them, and what became of them.
type tags struct {
	repo     Repository
	contents *contents
	log      progress.Logger

	names []string
	arch  []NamedManifest
	based map[string]digest.Digest
	seen  map[string]Seen
	// looked is when the first of the names began to be looked at.
	looked time.Time
	last   digest.Digest
	guards Guards

	// changes and archChanges are in the order of names and arch.
	changes, archChanges []TagChange
	done                 ledger
}

// ledger is which tags were written, which has to be known whatever happens.
type ledger struct {
	mu      sync.Mutex // guards what follows
	written []string
	unsure  []string
	// replaced are those of written that somebody else has written over.
	replaced []string
}

// wrote notes a tag that was written.
func (l *ledger) wrote(tag string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written = append(l.written, tag)
}

// doubts notes a tag that may have been written.
func (l *ledger) doubts(tag string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unsure = append(l.unsure, tag)
}

// lost notes a tag that was written, and that somebody else has written over.
func (l *ledger) lost(tag string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replaced = append(l.replaced, tag)
}

// isReplaced tells whether a tag was lost.
func (l *ledger) isReplaced(tag string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.replaced, tag)
}

// list returns what was noted.
func (l *ledger) list() (written, unsure []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.written), slices.Clone(l.unsure)
}

// failed adds to an error which tags were changed by then; nil stays nil.
func (t *tags) failed(err error) error {
	if err == nil {
		return nil
	}
	written, unsure := t.done.list()
	return &Error{Written: written, Unsure: unsure, Err: err}
}

// upToDate is true when every tag held the index when it was first read.
func (t *tags) upToDate() bool {
	return len(t.names) > 0 && !slices.ContainsFunc(t.changes, func(c TagChange) bool { return c.Old != c.New })
}

// name is NAME:TAG as people write it.
func (t *tags) name(tag string) string {
	return reference.FamiliarName(t.repo.Name()) + ":" + tag
}

// holds is the digest a tag has now, empty for none.
func (t *tags) holds(ctx context.Context, tag string) (digest.Digest, error) {
	desc, err := t.repo.Head(ctx, tag)
	if err != nil && !cerrdefs.IsNotFound(err) {
		return "", fmt.Errorf("reading tag %q: %w", t.name(tag), err)
	}
	return desc.Digest, nil
}
