package build

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// UnreadyError says that the builder of a build cannot serve.
type UnreadyError struct{ Err error }

// Error implements error.
func (e *UnreadyError) Error() string { return e.Err.Error() }

// Unwrap tells what kind of error it is.
func (e *UnreadyError) Unwrap() []error { return []error{e.Err, errdefs.ErrNotReady} }

// open looks at the engines, as far as the images are to go there. known is the bench of another run, if there is one.
func (b *run) open(ctx context.Context, known *trial.Bench) error {
	var err error
	if b.bench, err = known.Beside(ctx, b.host, b.plan.Plan, b.display, b.plan.Platforms.Platforms); err != nil {
		return err
	}
	b.bench.Sent = func(place string, bytes int64) {
		if !b.host.SameEngine(place) {
			b.sent.add("to "+place, bytes)
		}
	}
	b.shelf = b.bench.Shelf(b.store, b.plan.Names)
	return nil
}

// place decides what depends on the builder.
func (b *run) place(ctx context.Context, node *builder.Builder) error {
	b.placed = node.Placements(b.plan.Platforms.Platforms)
	if b.plan.Request.Stage.Used() && node.Driver == builder.DockerDriver {
		return failure.Wrap(errdefs.ErrNotReady, fmt.Errorf("--stage registry: builder %q is of the driver docker, which "+
			"pushes by no digest; what it builds is at hand: leave --stage out", node.Name), "")
	}
	if err := b.refuseEmulation(); err != nil {
		return err
	}
	b.bench.Settle(ctx, trial.Usual(b.placed))
	return nil
}

// work is what the builder is told to do.
func (b *run) work(ctx context.Context) builder.Work {
	req := b.plan.Request
	if b.store != nil {
		req.Sums = b.store.Sums()
	}
	b.inputs = sync.OnceValues(func() (request.Description, error) { return req.Describe(ctx) })
	whole := req
	whole.Whole = true
	b.wholeInputs = sync.OnceValues(func() (request.Description, error) { return whole.Describe(ctx) })
	work := builder.Work{Name: b.plan.Target, Request: req, Discard: b.plan.Discard, Watch: builder.Watch{
		Began: func() error { return b.begin(ctx) },
		Done:  func(r builder.Result) { b.done(ctx, r) },
	}}
	if req.Stage.Used() {
		work.Watch.Made = b.look
	}
	work.Natively = b.plan.Emulation == trial.EmulationNever
	if b.plan.Discard {
		work.Watch.Began = func() error { return nil }
	} else {
		go b.inputs() //nolint:errcheck // whoever asks for it later gets the same answer
	}
	return work
}

// refuseEmulation holds --emulation never before anything is built.
func (b *run) refuseEmulation() error {
	if b.plan.Emulation != trial.EmulationNever {
		return nil
	}
	var emulated, names []string
	for _, placement := range b.placed {
		if placement.Native {
			continue
		}
		name := platform.Format(placement.Platform)
		names = append(names, name)
		if placement.Declared && placement.Own.OS != "" {
			name += fmt.Sprintf(" (node %q was given it, and is of %s)", placement.Node, platform.Format(placement.Own))
		}
		emulated = append(emulated, name)
	}
	if len(emulated) == 0 {
		return nil
	}
	return failure.Wrap(errdefs.ErrNotReady, fmt.Errorf(
		"builder %q has no native node for %s, and --emulation is never",
		b.plan.Builder,
		strings.Join(emulated, ", "),
	), "docker multiplat init --builder "+visible.Quote(b.plan.Builder)+" --node "+strings.Join(names, "+")+
		"=ENDPOINT   (of a machine that runs them)")
}
