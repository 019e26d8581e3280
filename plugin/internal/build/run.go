package build

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// run is one run of a build plan.
type run struct {
	*ledger
	host    dockercli.Host
	display progress.Writer
	bench   *trial.Bench
	shelf   *trial.Shelf
	placed  []builder.Placement
	// sent is what has crossed the links between machines; nil: nobody counts.
	sent *links
	// inputs are worked out while the builder builds; wholeInputs only where steps of a base image were run.
	inputs, wholeInputs func() (request.Description, error)
	onbuild             *onbuildWatch
	// parents are the runs of the targets it takes.
	parents []*run
	start   start
	looked  looks
	moving  sync.Mutex
}

// move takes down where a platform was built in the end, whose node was lost.
func (b *run) move(to builder.Placement) {
	b.moving.Lock()
	defer b.moving.Unlock()
	placed := slices.Clone(b.placed)
	for i := range placed {
		if platform.Equal(placed[i].Platform, to.Platform) {
			placed[i] = to
		}
	}
	b.placed = placed
	b.bench.Leave(to.Platform)
}

// ended concludes what was built. err is what made the build as a whole impossible.
func (b *run) ended(ctx context.Context, err error) (Result, error) {
	result := Result{Plan: b.plan, Placed: b.placed}
	if result.Begun = b.start.begun; b.start.err != nil {
		return result, b.start.err
	}
	if err == nil {
		err = b.failure
	}
	if err != nil && !failure.Is(err, errdefs.ErrInput, errdefs.ErrIntegrity, errdefs.ErrNotReady) {
		err = failure.Wrap(failure.ErrBuild, err, "")
	}
	if !result.Begun { // there is nothing to conclude
		result.Rows = b.plan.sorted(append(b.rows, b.start.held...))
		return result, err
	}
	b.rows = b.plan.sorted(b.rows)
	err = errors.Join(err, b.compare(ctx, b.shelf, b.noteNewest))
	result.Rows = b.rows
	result, concluded := b.Conclude(ctx, result)
	return result, errors.Join(err, concluded)
}

// noteNewest notes what a comparison has found, unless another build has replaced the image: that one is judged by its
// own.
func (b *run) noteNewest(ctx context.Context, row Row) error {
	if err := b.noteHeld(ctx, row); !errors.Is(err, failure.ErrRebuilt) {
		return err
	}
	return nil
}

// done takes one platform from its solve to its outcome, while others still build.
func (b *run) done(ctx context.Context, r builder.Result) {
	row := Row{Took: r.Took, Output: r.Output}
	if r.Moved != nil {
		b.move(*r.Moved)
	}
	b.fetched(r)
	switch {
	case b.plan.Discard && r.Err == nil:
		b.onDisplay[platform.Format(r.Platform)].End("built", "")
		return
	case b.plan.Discard:
		row.Outcome = notBuilt(r)
		b.add(row, nil)
		return
	case r.Err != nil:
		row.Outcome = notBuilt(r)
		if !b.hold(row) {
			b.add(row, b.note(ctx, row))
		}
		return
	}
	if b.begin(ctx) != nil {
		return // which is told for the whole
	}
	row = b.finish(ctx, r, row)
	b.add(row, b.note(ctx, row))
}

// notBuilt is the outcome of a solve that failed.
func notBuilt(r builder.Result) trial.Outcome {
	o := trial.Outcome{Platform: r.Platform, State: draft.NotBuilt, Reason: r.Err.Error(), Err: r.Err}
	if r.Canceled {
		o.Reason = draft.UnfinishedReason
	}
	return o
}

// finish audits what was built, and loads and tests it where that was asked for. Where all that went well, the row has
// the image that is to be part of the draft.
func (b *run) finish(ctx context.Context, r builder.Result, row Row) Row {
	row.Outcome = trial.Outcome{Platform: r.Platform, State: draft.Untested}
	row.staged = b.plan.Request.Stage.Repositories
	now, err := ReadBuilt(ctx, b.store, r)
	if err == nil {
		err = b.seeStaged(ctx, now.Image)
	}
	if err == nil {
		row.Config = now.Manifest.Config.Digest
		row.inputs, err = b.inputsOf(ctx, now.Image)
	}
	if err == nil {
		now.Image, err = b.attested(ctx, now.Image)
	}
	now.Image.Platform = platform.AsSaid(now.Image.Platform, b.plan.Platforms.Said)
	now.Image.Annotations = b.plan.Annotations.For(r.Platform)
	if err == nil {
		err = b.bench.Slots.Acquire(ctx, 1)
	}
	if err != nil {
		row.Outcome = row.Stopped(ctx, err)
		return row
	}
	defer b.bench.Slots.Release(1)
	return b.tried(ctx, now.Image, b.try(ctx, now, row.inputs.Values).As(r.Platform), row)
}
