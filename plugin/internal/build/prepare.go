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

// prepare looks at the engine, starts the builder, and decides what depends on them. It returns the builder, and the
// request as it is sent.
func (b *run) prepare(ctx context.Context) (*builder.Builder, request.Request, error) {
	req := b.plan.Request
	var err error
	if b.bench, err = trial.Open(ctx, b.host, b.plan.Plan, b.display); err != nil {
		return nil, req, err
	}
	b.shelf = b.bench.Shelf(b.store, b.plan.Names)
	node, err := b.host.Builders().Boot(ctx, b.plan.Builder, b.display)
	if err != nil {
		return nil, req, &UnreadyError{err}
	}
	b.placed = node.Placements(b.plan.Platforms.Platforms)
	if err := b.refuseEmulation(); err != nil {
		return nil, req, err
	}
	req.Jobs = b.bench.Share(ctx)
	b.onbuild = &onbuildWatch{Writer: b.display}
	b.inputs = sync.OnceValues(func() (request.Description, error) { return req.Describe(ctx) })
	whole := req
	whole.Whole = true
	b.wholeInputs = sync.OnceValues(func() (request.Description, error) { return whole.Describe(ctx) })
	go b.inputs() //nolint:errcheck // whoever asks for it later gets the same answer
	return node, req, nil
}

// refuseEmulation holds --emulation never before anything is built.
func (b *run) refuseEmulation() error {
	if b.plan.Emulation != trial.EmulationNever {
		return nil
	}
	var emulated []string
	for _, placement := range b.placed {
		if !placement.Native {
			emulated = append(emulated, platform.Format(placement.Platform))
		}
	}
	if len(emulated) == 0 {
		return nil
	}
	return failure.Wrap(errdefs.ErrNotReady, fmt.Errorf(
		"builder %q has no native node for %s, and --emulation is never",
		b.plan.Builder,
		strings.Join(emulated, ", "),
	), "docker buildx create --append --name "+visible.Quote(b.plan.Builder)+" ENDPOINT")
}
