package build

import (
	"context"
	"slices"

	"github.com/containerd/containerd/v2/core/content"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Ahead sends images to where they are to be published, while they are tested.
type Ahead interface {
	// Send begins to send what an image consists of; stop ends that. Source says what it was built from.
	Send(blobs content.Provider, image manifest.Image, source map[string]string) (stop func())
	// End waits until all is sent that was not stopped, or, where nothing is to be published, stops it.
	End(published bool)
}

// try audits, loads and tests an image. Where it is to be published it is sent ahead once the audit has nothing against
// it, until its tests have.
func (b *run) try(ctx context.Context, now store.PlatformImage, source map[string]string) trial.Outcome {
	bench, stop := *b.bench, func() {}
	if b.plan.Ahead != nil && !bench.Sends(now.Image.Platform) {
		bench.Audited = func() { stop = b.plan.Ahead.Send(b.store.Content(), now.Image, source) }
	}
	o := bench.Try(ctx, b.shelf.Staged(now, b.plan.Request.Stage.Repositories, b.looked.of(now.Image.Platform)))
	if !o.State.Good() {
		stop()
	}
	return o
}

// endAhead ends what is sent ahead: where any platform will not be published, none will.
func (b *run) endAhead(ctx context.Context, err error) {
	if b.plan.Ahead == nil {
		return
	}
	bad := func(r Row) bool { return !r.State.Good() }
	whole := len(b.rows) == len(b.plan.Platforms.Platforms) && !slices.ContainsFunc(b.rows, bad)
	b.plan.Ahead.End(err == nil && ctx.Err() == nil && b.failure == nil && whole)
}
