package plugin

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// unreadyError says that the builder of a build cannot serve.
type unreadyError struct{ err error }

// Error implements error.
func (e *unreadyError) Error() string { return e.err.Error() }

// Unwrap tells what kind of error it is.
func (e *unreadyError) Unwrap() []error { return []error{e.err, builder.ErrNotReady} }

// prepare looks at the engine, starts the builder, and decides what depends on them. It returns the builder, and the
// request as it is sent.
func (b *buildRun) prepare(ctx context.Context) (*builder.Builder, builder.Request, error) {
	req := b.plan.request
	var err error
	if b.bench, err = openBench(ctx, b.host, b.plan.trialPlan, b.display); err != nil {
		return nil, req, err
	}
	b.shelf = b.bench.shelf(b.store, b.plan.names)
	node, err := b.host.builders().Boot(ctx, b.plan.builder, b.display)
	if err != nil {
		return nil, req, &unreadyError{err}
	}
	b.placed = node.Placements(b.plan.platforms.Platforms)
	if err := b.refuseEmulation(); err != nil {
		return nil, req, err
	}
	req.Jobs = b.bench.share(ctx)
	b.inputs = sync.OnceValues(func() (map[string]string, error) { return req.Source(ctx) })
	go b.inputs() //nolint:errcheck // whoever asks for it later gets the same answer
	return node, req, nil
}

// refuseEmulation holds --emulation never before anything is built.
func (b *buildRun) refuseEmulation() error {
	if b.plan.emulation != emulationNever {
		return nil
	}
	var emulated []string
	for _, placement := range b.placed {
		if !placement.Native {
			emulated = append(emulated, manifest.FormatPlatform(placement.Platform))
		}
	}
	if len(emulated) == 0 {
		return nil
	}
	return fail(builder.ErrNotReady, fmt.Errorf("builder %q has no native node for %s, and --emulation is never",
		b.plan.builder, strings.Join(emulated, ", ")), "docker buildx create --append --name "+b.plan.builder+" ENDPOINT")
}
