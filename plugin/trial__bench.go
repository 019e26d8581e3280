package plugin

import (
	"context"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/util/progress"
	dockerclient "github.com/moby/moby/client"
	"golang.org/x/sync/semaphore"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// bench is an engine that is ready to try images.
type bench struct {
	host    host
	plan    trialPlan
	display progress.Writer
	// engine is what runs the tests; open tells that it was looked at.
	engine    builder.Engine
	open      bool
	emulators emulation
	// slots bound how many images are audited, loaded and tested at once.
	slots *semaphore.Weighted
}

// openBench looks at the engine and the network the tests want. Where images are only audited it asks for neither.
func openBench(ctx context.Context, h host, plan trialPlan, pw progress.Writer) (*bench, error) {
	b := &bench{host: h, plan: plan, display: pw}
	if plan.mode == auditMode {
		return b, nil
	}
	var err error
	if b.engine, err = builder.InspectEngine(ctx, h.engineClient()); err != nil {
		return nil, fail(builder.ErrNotReady, err, "docker version")
	}
	b.open = true
	if plan.mode >= testMode {
		b.emulators = knownEmulators(ctx, h, b.engine)
	}
	return b, b.checkNetwork(ctx)
}

// checkNetwork refuses tests on a network that the engine does not have.
func (b *bench) checkNetwork(ctx context.Context) error {
	network := b.plan.tests.Network
	if b.plan.mode != testMode || network == "" || network == localtest.NoNetwork {
		return nil
	}
	_, err := b.host.engineClient().NetworkInspect(ctx, network, dockerclient.NetworkInspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return fail(
			builder.ErrNotReady,
			fmt.Errorf("the engine at %s has no network %q for the tests", b.engine.Host, network),
			"docker network create "+network,
		)
	}
	return fail(builder.ErrNotReady, err, "docker network ls")
}

// share decides how much is done at once, where nobody says by what the engine has, and returns it.
func (b *bench) share(ctx context.Context) int {
	jobs := b.plan.jobs
	if jobs == 0 {
		jobs = b.jobs(ctx)
	}
	b.slots = semaphore.NewWeighted(int64(jobs))
	return jobs
}

// jobs is how much the engine has room for. A build that loads nothing asks the engine only for this, and does without
// it where it does not answer.
func (b *bench) jobs(ctx context.Context) int {
	if b.open {
		return b.engine.Jobs()
	}
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	eng, err := builder.InspectEngine(ctx, b.host.engineClient())
	if err != nil {
		eng = builder.Engine{} // this machine's cores, then
	}
	return eng.Jobs()
}

// each calls try for each of so many images, as many at once as there are slots, and waits for all.
func (b *bench) each(ctx context.Context, images int, try func(i int)) {
	ended := make(chan struct{}, images)
	for i := range images {
		go func() {
			defer func() { ended <- struct{}{} }()
			if b.slots.Acquire(ctx, 1) != nil {
				return // interrupted, which is told in the end
			}
			defer b.slots.Release(1)
			try(i)
		}()
	}
	for range images {
		<-ended
	}
}
