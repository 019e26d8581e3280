package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	"golang.org/x/sync/semaphore"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// building is one run of a build plan.
type building struct {
	plan      buildPlan
	dockerCLI command.Cli
	engine    builder.Engine
	emulators emulation
	store     *store.Store
	display   progress.Writer
	auditor   *audit.Auditor
	placed    []builder.Placement
	// source is worked out while the builder builds.
	source func() (map[string]string, error)
	// slots bound how many images are audited, loaded and tested at once.
	slots *semaphore.Weighted
	// format is that of the table.
	format string
	// title is the name of an image that is no draft; its result is printed by who tests it.
	title string

	mu      sync.Mutex
	results []platformResult
	failure error
	// draft is what the store holds in the end, verdict what is known of it then.
	draft   store.Draft
	verdict draft.State
}

func (p buildPlan) execute(ctx context.Context, dockerCLI command.Cli, options buildOptions) error {
	display, err := options.open(ctx, dockerCLI, fmt.Sprintf("building with %q", p.builder))
	if err != nil {
		return err
	}
	b := &building{plan: p, dockerCLI: dockerCLI, display: display, format: options.format}
	err = withStore(dockerCLI, func(s *store.Store) error {
		b.store, b.auditor = s, newAuditor(s)
		return b.run(ctx)
	})
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if ctx.Err() != nil {
		return fail(errInterrupted, errInterrupted, "", "No tag was touched; the draft says which platforms are missing.")
	}
	err = b.report(err, options.progressOptions)
	if err := errors.Join(err, b.writeReports(options.reports)); err != nil {
		return err
	}
	return options.write(b.metadata())
}

func (b *building) run(ctx context.Context) error {
	machine, err := b.prepare(ctx)
	if err != nil {
		return err
	}
	if err := b.announce(ctx); err != nil {
		return err
	}
	err = machine.Build(ctx, b.plan.request, b.store.Content(), b.display, func(r builder.Result) {
		b.done(ctx, r)
	})
	if err == nil {
		err = b.failure
	}
	if err != nil && !is(err, builder.ErrInput, builder.ErrIntegrity, builder.ErrNotReady) {
		err = fail(errBuild, err, "")
	}
	return errors.Join(err, b.conclude(ctx))
}

// announce writes down what the draft is to hold, under each of its names, before anything is built: a build that is
// killed leaves a draft that says so.
func (b *building) announce(ctx context.Context) error {
	for _, name := range b.plan.names {
		_, err := b.store.Update(ctx, name, func(d *store.Draft) error {
			d.Platforms = slices.Clone(b.plan.platforms)
			d.Annotations = b.plan.annotations.Index
			if d.Notes == nil {
				d.Notes = map[string]store.Note{}
			}
			for _, platform := range b.plan.platforms {
				d.Notes[manifest.FormatPlatform(platform)] = draft.UnfinishedNote()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// done takes one platform from its solve to its verdict, while others still build.
func (b *building) done(ctx context.Context, r builder.Result) {
	row := platformResult{platform: r.Platform, built: r.Took}
	if r.Err != nil {
		row.verdict, row.reason = notBuilt, r.Err.Error()
		if r.Canceled {
			row.reason = draft.UnfinishedReason
		}
		row.err = r.Err
	} else if err := b.finish(ctx, r, &row); err != nil {
		row.err = err
		row.verdict, row.reason = broken, err.Error()
	}
	err := b.note(ctx, row)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.results = append(b.results, row)
	b.failure = errors.Join(b.failure, err)
}

// finish makes the image part of the draft, audits it, and loads and tests it where that was asked for.
func (b *building) finish(ctx context.Context, r builder.Result, row *platformResult) error {
	now, err := readBuilt(ctx, b.store, r)
	if err != nil {
		return err
	}
	row.config = now.manifest.Config.Digest
	if row.source, err = b.sourceOf(ctx, now.image); err != nil {
		return err
	}
	if err := b.keepOldAttestation(ctx, &now); err != nil {
		return err
	}
	now.image.Annotations = b.plan.annotations.For(r.Platform)
	if err := b.slots.Acquire(ctx, 1); err != nil {
		return err
	}
	defer b.slots.Release(1)
	if err := b.audit(ctx, &now, row); err != nil {
		return err
	}
	if b.plan.load && len(row.audit.Errors()) == 0 {
		if err := b.tryOut(ctx, &now, row); err != nil {
			return err
		}
	}
	row.image = &now.image
	return nil
}

// note writes the outcome of one platform into the draft.
func (b *building) note(ctx context.Context, row platformResult) error {
	ctx = context.WithoutCancel(ctx) // also an interrupted build leaves a draft that tells the truth
	_, err := b.store.Update(ctx, b.plan.names[0], func(d *store.Draft) error {
		if d.New() { // the draft was removed meanwhile
			d.Platforms, d.Annotations = slices.Clone(b.plan.platforms), b.plan.annotations.Index
		}
		d.Put(row.platform, row.image, draft.Note{
			Source: row.source, Reason: row.failure(), State: draft.State(row.verdict),
		})
		return nil
	})
	return err
}

// conclude reads the draft as it has become, gives it its further names, and removes the blobs that nobody needs any
// more: what a build replaces does not pile up.
func (b *building) conclude(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if b.draft, err = b.store.Draft(ctx, b.plan.names[0]); err != nil {
		return err
	}
	if b.verdict, err = stateOf(ctx, b.store, b.draft); err != nil {
		return err
	}
	for _, other := range b.plan.names[1:] {
		if err := copyDraft(ctx, b.store, b.draft, other); err != nil {
			return err
		}
	}
	if _, err := b.store.RemoveUnneeded(ctx); !errors.Is(err, store.ErrBusy) {
		return err
	}
	return nil // whoever ends last removes them
}
