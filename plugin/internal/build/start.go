package build

import (
	"context"
	"slices"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// start is the moment from which on a draft is not what it was: when the builder has understood what it was given for
// the first of the platforms. A build that is refused before leaves the draft, and what is known of it, alone.
type start struct {
	mu    sync.Mutex
	begun bool
	// held are the platforms that were refused before another began.
	held []Row
	// err is that of announcing the build.
	err error
}

// begin announces the build, once.
func (b *run) begin(ctx context.Context) error {
	b.start.mu.Lock()
	defer b.start.mu.Unlock()
	if b.start.begun || b.start.err != nil {
		return b.start.err
	}
	if b.start.err = b.announce(ctx); b.start.err != nil {
		return b.start.err
	}
	b.start.begun = true
	for _, row := range b.start.held {
		b.add(row, b.note(ctx, row))
	}
	b.start.held = nil
	return nil
}

// hold keeps a platform that was not built until another begins to be; false: one has begun.
func (b *run) hold(row Row) bool {
	b.start.mu.Lock()
	defer b.start.mu.Unlock()
	if b.start.begun {
		return false
	}
	b.start.held = append(b.start.held, row)
	return true
}

// announce writes down what the draft is to hold, under each of its names, before anything is built: a build that is
// killed leaves a draft that says so.
func (b *run) announce(ctx context.Context) error {
	for _, name := range b.plan.Names {
		_, err := b.store.Update(ctx, name, func(d *draft.Draft) error {
			d.Platforms = slices.Clone(b.plan.Platforms.Platforms)
			d.Annotations = b.plan.Annotations.Index
			if d.Notes == nil {
				d.Notes = map[string]draft.Note{}
			}
			for _, p := range b.plan.Platforms.Platforms {
				before := d.Notes[platform.Format(p)]
				begun := before.Unfinished().After(before)
				if flags := b.plan.For(p, false).Flags; len(flags) > 0 { // asked for, whether or not it comes to them
					begun.Tests, begun.Apart = slices.Clone(flags), len(b.plan.Own) > 0
				}
				begun.Build = b.plan.Again
				d.Notes[platform.Format(p)] = begun
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
