package build

import (
	"context"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// compare tells of every row whether it is the same app as the others and as what the draft holds beside them. Where
// it has to be, what is not has failed, and note writes that into the draft. No layer is read for it: the audit has
// read them.
func (l *ledger) compare(ctx context.Context, shelf *trial.Shelf, note func(context.Context, Row) error) error {
	sides, err := l.kept(ctx, shelf)
	if err != nil {
		return err
	}
	first := len(sides)
	for _, row := range l.rows {
		side := parity.Side{Platform: row.Platform}
		if row.Audit != nil && row.Image != nil {
			side.Holds = row.Audit.Holds
		}
		sides = append(sides, side)
	}
	with := compared(sides)
	for i, found := range parity.Judge(sides, l.plan.Alike().Allow)[first:] {
		row := &l.rows[i]
		if len(found) > 0 {
			row.Differences, row.Outcome = found, row.Unlike(found, l.plan.Plan)
		}
		if !l.plan.Alike().Required || sides[first+i].Holds == nil {
			continue
		}
		before := row.State
		row.Outcome = row.Compared(ctx, with, l.plan.Plan)
		if _, owes := row.Owes(); len(found) == 0 && row.State == before && !owes {
			continue
		}
		if err := l.noteCompared(ctx, row, note); err != nil {
			return err
		}
	}
	return nil
}

// noteCompared writes down what a comparison has found against a row.
func (l *ledger) noteCompared(ctx context.Context, row *Row, note func(context.Context, Row) error) error {
	if row.State == draft.Broken {
		return row.Err
	}
	kept := context.WithoutCancel(ctx) // what is known by now is not lost
	image, err := trial.KeepRecord(kept, l.store, *row.Image, l.plan.RecordName(), row.Outcome)
	if err != nil {
		return err
	}
	row.Image = &image
	return note(kept, *row)
}

// compared are the platforms of which it is known what they hold, however they were asked for.
func compared(sides []parity.Side) (names []string) {
	for _, side := range sides {
		if side.Holds != nil {
			side.Platform.OSVersion = ""
			names = append(names, platform.Format(side.Platform))
		}
	}
	return names
}

// kept are the platforms of the draft that no row is of.
func (l *ledger) kept(ctx context.Context, shelf *trial.Shelf) ([]parity.Side, error) {
	d, err := l.store.Draft(ctx, l.plan.Names[0])
	if err != nil || d.IsDamaged() {
		return nil, nil //nolint:nilerr // whoever concludes tells of it
	}
	var sides []parity.Side
	for _, image := range d.Images {
		if !slices.ContainsFunc(l.rows, func(r Row) bool { return of(r, image, d) }) {
			sides = append(sides, parity.Side{Platform: image.Platform, Holds: shelf.Holds(ctx, image)})
		}
	}
	return sides, ctx.Err()
}

// of tells whether a row is of a platform of the draft, as it was asked for or as it is.
func of(r Row, image manifest.Image, d draft.Draft) bool {
	return platform.Equal(r.Platform, image.Platform) || platform.Equal(r.Platform, d.AskedFor(image.Platform))
}
