package build

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// ledger takes down what comes of the platforms of a draft while they are built or tested: in rows, and in the draft.
type ledger struct {
	plan  Plan
	store *store.Store

	mu   sync.Mutex
	rows []Row
	// failure is that of writing into the draft.
	failure error
}

// add takes a row down that is in the draft by now, or is not to be in it; err is why it could not be put there.
func (l *ledger) add(row Row, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = append(l.rows, row)
	l.failure = errors.Join(l.failure, err)
}

// tried is a row with the outcome of its image. What is to be recorded is, in the image that is to be part of the
// draft; where something broke there is none.
func (l *ledger) tried(ctx context.Context, image manifest.Image, o trial.Outcome, row Row) Row {
	row.Outcome = o
	if o.State == draft.Broken {
		return row
	}
	before, err := l.before(ctx, image)
	if err != nil {
		row.Outcome = o.Broke(err)
		return row
	}
	row = l.settle(o, before, row)
	kept, err := trial.KeepRecord(ctx, l.store, image, l.plan.RecordName(), row.Outcome)
	if err != nil {
		row.Outcome = o.Broke(err)
		return row
	}
	row.Image = &kept
	return row
}

// note writes the outcome of one platform into the draft.
func (l *ledger) note(ctx context.Context, row Row) error {
	ctx = context.WithoutCancel(ctx) // also an interrupted build leaves a draft that tells the truth
	_, err := l.store.Update(ctx, l.plan.Names[0], func(d *draft.Draft) error {
		if d.New() { // the draft was removed meanwhile
			d.Platforms, d.Annotations = slices.Clone(l.plan.Platforms.Platforms), l.plan.Annotations.Index
		}
		note := row.note()
		note.Apart = len(l.plan.Own) > 0 && len(note.Tests) > 0
		if row.Image == nil { // an earlier one stays
			before := d.Notes[platform.Format(row.Platform)]
			note.Tests, note.Owed, note.Apart, note.Sums = before.Tests, before.Owed, before.Apart, before.Sums
		}
		if note.State.Stale() {
			note.Build = l.plan.Again
		}
		d.Put(row.Platform, row.Image, note)
		return nil
	})
	return err
}

// note is what the draft keeps of a row. Of an image that was built and not tested it keeps no state.
func (r Row) note() draft.Note {
	note := draft.Note{
		Source: r.inputs.Values, Files: r.inputs.Files, State: r.State, Reason: r.Failure(), Tests: r.Tests, Owed: r.owed,
		Sums: r.sums, Overdue: r.Report.Overdue(),
	}
	if r.Loaded != "" && r.Image != nil {
		note.Loaded = []string{r.Image.Manifest.Digest.String(), r.Config.String()}
	}
	if r.State == draft.Untested {
		note.State = ""
	}
	return note
}

// Conclude reads the draft as it has become, gives it its further names, and removes the blobs that nobody needs any
// more: what a build replaces does not pile up.
func (l *ledger) Conclude(ctx context.Context, result Result) (Result, error) {
	var mending error
	if slices.ContainsFunc(result.Rows, func(r Row) bool { return failure.Is(r.Err, store.ErrCorrupt) }) {
		_, mending = l.store.Mend(ctx) // or no build would bring what is damaged anew
	}
	// also an interrupted build leaves a draft that tells the truth; only the reading of a large store is not waited for
	result, err := l.settleDraft(context.WithoutCancel(ctx), result)
	return result, errors.Join(mending, err)
}

// settleDraft reads the draft as it has become, and gives it its further names.
func (l *ledger) settleDraft(ctx context.Context, result Result) (Result, error) {
	var err error
	if result.Draft, err = l.store.Draft(ctx, l.plan.Names[0]); err != nil {
		return result, err
	}
	if result.State, err = drafts.StateOf(ctx, l.store, result.Draft); err != nil {
		return result, err
	}
	for _, other := range l.plan.Names[1:] {
		if err := drafts.Copy(ctx, l.store, result.Draft, other); err != nil {
			return result, err
		}
	}
	if _, err := l.store.RemoveUnneeded(ctx); !errors.Is(err, store.ErrBusy) {
		return result, err
	}
	return result, nil // whoever ends last removes them
}
