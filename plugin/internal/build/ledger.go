package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// ledger takes down what comes of the platforms of a draft while they are built or tested: in rows, and in the draft.
type ledger struct {
	plan  Plan
	store *store.Store

	mu   sync.Mutex
	rows []Row
	// onDisplay are the rows of the display, by platform.
	onDisplay map[string]*shown.Row
	// failure is that of writing into the draft.
	failure error
}

// add takes a row down that is in the draft by now, or is not to be in it; err is why it could not be put there.
func (l *ledger) add(row Row, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.say(row)
	l.rows = append(l.rows, row)
	l.failure = errors.Join(l.failure, err)
}

// tried is a row with the outcome of its image. What is to be recorded is, in the image that is to be part of the
// draft; where something broke there is none.
func (l *ledger) tried(ctx context.Context, image manifest.Image, o trial.Outcome, row Row) Row {
	row.Outcome = o
	if o.State.Stale() {
		return row
	}
	row, err := l.remember(ctx, row, image)
	if err != nil {
		row.Outcome = o.Broke(err)
		return row
	}
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
	return l.noteOn(ctx, row, nil)
}

// noteHeld is note where the draft holds the very image still: a verdict is not written on another one. Errors wrap
// [failure.ErrRebuilt].
func (l *ledger) noteHeld(ctx context.Context, row Row) error {
	return l.noteOn(ctx, row, func(d draft.Draft) error {
		name, of := reference.FamiliarString(l.plan.Names[0]), platform.Format(row.Platform)
		held := slices.ContainsFunc(d.Images, func(image manifest.Image) bool {
			return row.Image != nil && image.Manifest.Digest == row.Image.Manifest.Digest &&
				platform.Satisfies(image.Platform, row.Platform)
		})
		switch {
		case d.New():
			return fmt.Errorf("%w: %s was removed while it was tested", failure.ErrRebuilt, name)
		case row.Image != nil && !held:
			return fmt.Errorf("%w: %s of %s was built anew while it was tested", failure.ErrRebuilt, of, name)
		case d.Notes[of].State.Stale():
			return fmt.Errorf("%w: a build of %s for %s has begun while it was tested", failure.ErrRebuilt, name, of)
		}
		return nil
	})
}

// noteOn is note where a check of the draft as it is now has nothing against it; it may be nil.
func (l *ledger) noteOn(ctx context.Context, row Row, check func(draft.Draft) error) error {
	ctx = context.WithoutCancel(ctx) // also an interrupted build leaves a draft that tells the truth
	_, err := l.store.Update(ctx, l.plan.Names[0], func(d *draft.Draft) error {
		if check != nil {
			if err := check(*d); err != nil {
				return err
			}
		}
		if d.New() { // the draft was removed meanwhile
			d.Platforms, d.Annotations = slices.Clone(l.plan.Platforms.Platforms), l.plan.Annotations.Index
		}
		note := row.note()
		note.Apart = len(l.plan.Own) > 0 && len(note.Tests) > 0
		note.Lent = l.plan.Request.Lent()
		if row.Image == nil { // an earlier one stays
			before := d.Notes[platform.Format(row.Platform)]
			note.Tests, note.Apart = before.Tests, before.Apart // and where it is staged, which Put knows
		}
		note.Build = cmp.Or(l.plan.Again, d.Notes[platform.Format(row.Platform)].Build)
		d.Put(row.Platform, row.Image, note)
		return nil
	})
	return err
}

// note is what the draft keeps of a row. Of an image that was built and not tested it keeps no state.
func (r Row) note() draft.Note {
	note := draft.Note{
		Source: r.inputs.Values, Files: r.inputs.Files, State: r.State, Reason: r.Failure(), Tests: r.Tests,
		Overdue: r.Report.Overdue(), Staged: r.staged,
	}
	if _, known := r.Owes(); known && r.Config != "" {
		note.Failed = []string{r.Config.String()}
	}
	if r.Loaded != "" && r.Image != nil {
		note.Loaded = []string{r.Image.Manifest.Digest.String(), r.Config.String()}
		if r.On != "" {
			note.Engines = []string{r.On}
		}
	}
	switch r.State {
	case draft.Untested:
		note.State = ""
	case draft.Skipped: // which is no failure, and the gate is asked why
		note.Reason = r.Reason
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
	if result.Holders, err = l.holders(ctx, result.Rows); err != nil {
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
