package plugin

import (
	"context"
	"errors"
	"slices"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// buildRun is one run of a build plan.
type buildRun struct {
	*ledger
	host    host
	display progress.Writer
	bench   *bench
	shelf   *shelf
	placed  []builder.Placement
	// inputs are worked out while the builder builds.
	inputs func() (map[string]string, error)
}

// runBuildPlan carries a plan out. What went wrong with single platforms is in their rows; the result tells what is
// known also beside an error.
func runBuildPlan(ctx context.Context, h host, plan buildPlan, pw progress.Writer) (result buildResult, err error) {
	result.plan = plan
	err = h.withStore(func(s *store.Store) error {
		b := &buildRun{ledger: &ledger{plan: plan, store: s}, host: h, display: pw}
		result, err = b.run(ctx)
		return err
	})
	return result, err
}

func (b *buildRun) run(ctx context.Context) (buildResult, error) {
	result := buildResult{plan: b.plan}
	node, request, err := b.prepare(ctx)
	result.placed = b.placed
	if err != nil {
		return result, err
	}
	if err := b.announce(ctx); err != nil {
		return result, err
	}
	err = node.Build(ctx, request, b.store.Content(), b.display, func(r builder.Result) {
		b.done(ctx, r)
	})
	if err == nil {
		err = b.failure
	}
	if err != nil && !is(err, builder.ErrInput, builder.ErrIntegrity, builder.ErrNotReady) {
		err = fail(errBuild, err, "")
	}
	result.rows = b.plan.sorted(b.rows)
	result, concluded := b.Conclude(ctx, result)
	return result, errors.Join(err, concluded)
}

// announce writes down what the draft is to hold, under each of its names, before anything is built: a build that is
// killed leaves a draft that says so.
func (b *buildRun) announce(ctx context.Context) error {
	for _, name := range b.plan.names {
		_, err := b.store.Update(ctx, name, func(d *draft.Draft) error {
			d.Platforms = slices.Clone(b.plan.platforms.Platforms)
			d.Annotations = b.plan.annotations.Index
			if d.Notes == nil {
				d.Notes = map[string]draft.Note{}
			}
			for _, p := range b.plan.platforms.Platforms {
				d.Notes[manifest.FormatPlatform(p)] = draft.UnfinishedNote()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// done takes one platform from its solve to its outcome, while others still build.
func (b *buildRun) done(ctx context.Context, r builder.Result) {
	row := buildRow{took: r.Took}
	if r.Err != nil {
		row.trialOutcome = notBuilt(r)
	} else {
		row = b.finish(ctx, r, row)
	}
	b.add(row, b.note(ctx, row))
}

// notBuilt is the outcome of a solve that failed.
func notBuilt(r builder.Result) trialOutcome {
	o := trialOutcome{platform: r.Platform, state: draft.NotBuilt, reason: r.Err.Error(), err: r.Err}
	if r.Canceled {
		o.reason = draft.UnfinishedReason
	}
	return o
}

// finish audits what was built, and loads and tests it where that was asked for. Where all that went well, the row has
// the image that is to be part of the draft.
func (b *buildRun) finish(ctx context.Context, r builder.Result, row buildRow) buildRow {
	row.trialOutcome = trialOutcome{platform: r.Platform, state: draft.Untested}
	now, err := readBuilt(ctx, b.store, r)
	if err == nil {
		row.config = now.Manifest.Config.Digest
		row.inputs, err = b.inputsOf(ctx, now.Image)
	}
	if err == nil {
		now.Image, err = b.keepOldAttestation(ctx, now.Image)
	}
	now.Image.Annotations = b.plan.annotations.For(r.Platform)
	if err == nil {
		err = b.bench.slots.Acquire(ctx, 1)
	}
	if err != nil {
		row.trialOutcome = row.broke(err)
		return row
	}
	defer b.bench.slots.Release(1)
	return b.tried(ctx, now.Image, b.bench.try(ctx, b.shelf.subject(now)).as(r.Platform), row)
}
