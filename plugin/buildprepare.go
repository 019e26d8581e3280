package plugin

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// prepare looks at the engine, starts the builder, and decides what depends on them.
func (b *building) prepare(ctx context.Context) (*builder.Builder, error) {
	var err error
	if b.plan.load {
		if err = b.openEngine(ctx); err != nil {
			return nil, err
		}
	}
	machine, err := builder.Open(ctx, b.dockerCLI, b.plan.builder, b.display)
	if err != nil {
		return nil, notReady(b.dockerCLI, err)
	}
	b.placed = machine.Placements(b.plan.platforms)
	if err := b.refuseEmulation(); err != nil {
		return nil, err
	}
	if b.plan.request.Jobs == 0 {
		b.plan.request.Jobs = b.jobs(ctx)
	}
	b.slots = semaphore.NewWeighted(int64(b.plan.request.Jobs))
	b.source = sync.OnceValues(func() (map[string]string, error) { return b.plan.request.Source(ctx) })
	go b.source() //nolint:errcheck // whoever asks for it later gets the same answer
	return machine, nil
}

// jobs is how much is done at once where nobody says. A build that loads nothing asks the engine only for this, and
// does without it where it does not answer.
func (b *building) jobs(ctx context.Context) int {
	if b.engine.Cores > 0 {
		return b.engine.Jobs()
	}
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	engine, err := builder.InspectEngine(ctx, b.dockerCLI.Client())
	if err != nil {
		engine = builder.Engine{} // this machine's cores, then
	}
	return engine.Jobs()
}

// refuseEmulation holds --emulation never before anything is built.
func (b *building) refuseEmulation() error {
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
