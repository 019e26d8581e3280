package trial

import (
	"context"
	"fmt"
	"strconv"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/util/progress"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/semaphore"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// Bench is an engine that is ready to try images.
type Bench struct {
	host    dockercli.Host
	Plan    Plan
	Display progress.Writer
	// Engine is what runs the tests; Open tells that it was looked at.
	Engine    engine.Engine
	Open      bool
	emulators machine.Emulators
	// Slots bound how many images are audited, loaded and tested at once.
	Slots *semaphore.Weighted
	// Audited hears that the audit of the image has nothing against it, before its tests; it may be nil.
	Audited func()
}

// Open looks at the engine and the network the tests want. Where images are only audited it asks for neither.
func Open(ctx context.Context, h dockercli.Host, plan Plan, pw progress.Writer) (*Bench, error) {
	b := &Bench{host: h, Plan: plan, Display: pw}
	if plan.Mode == Audit {
		return b, nil
	}
	var err error
	if b.Engine, err = engine.Inspect(ctx, h.EngineClient()); err != nil {
		return nil, failure.Wrap(errdefs.ErrNotReady, err, "docker version")
	}
	b.Open = true
	if cpus := plan.mostCPUs(); plan.Mode == Test && b.Engine.Cores > 0 && cpus > int64(b.Engine.Cores)*1e9 {
		return nil, failure.Usage("--test-cpus %s is more than the engine at %s has, which is %d",
			strconv.FormatFloat(float64(cpus)/1e9, 'f', -1, 64), b.Engine.Host, b.Engine.Cores)
	}
	if plan.Mode == Test {
		for _, line := range machine.SweepLeft(ctx, h) {
			shown.Note(pw, line)
		}
	}
	if plan.Mode >= Test {
		b.emulators = machine.KnownEmulators(ctx, h, b.Engine)
	}
	for _, tests := range plan.specs() {
		if err := b.checkNetwork(ctx, tests.Network); err != nil {
			return b, err
		}
		if err := b.checkStacks(ctx, tests); err != nil {
			return b, err
		}
	}
	return b, nil
}

// mostCPUs is the most that a test is to have, in billionths.
func (p Plan) mostCPUs() (most int64) {
	for _, tests := range p.specs() {
		most = max(most, tests.NanoCPUs)
	}
	return most
}

// wanted is what is wanted of a platform on this engine.
func (b *Bench) wanted(p ocispec.Platform) Wanted { return b.Plan.For(p, !b.Engine.Native(p)) }

// How says how the programs of a platform run on this engine, empty where that was not looked at.
func (b *Bench) How(p ocispec.Platform) string {
	if !b.Open {
		return ""
	}
	return shown.How(p, b.Engine.Native(p))
}

// on is the display for the steps of one platform.
func (b *Bench) on(p ocispec.Platform) progress.Writer {
	return shown.Of(b.Display, platform.Format(p))
}

// checkNetwork refuses tests on a network that the engine does not have.
func (b *Bench) checkNetwork(ctx context.Context, network string) error {
	if b.Plan.Mode != Test || network == "" || network == localtest.NoNetwork {
		return nil
	}
	_, err := b.host.EngineClient().NetworkInspect(ctx, network, dockerclient.NetworkInspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return failure.Wrap(
			errdefs.ErrNotReady,
			fmt.Errorf("the engine at %s has no network %q for the tests", b.Engine.Host, network),
			"docker network create "+visible.Quote(network),
		)
	}
	return failure.Wrap(errdefs.ErrNotReady, err, "docker network ls")
}

// checkStacks refuses services that could not be started.
func (b *Bench) checkStacks(ctx context.Context, tests localtest.Spec) error {
	if b.Plan.Mode != Test || len(tests.Stacks) == 0 {
		return nil
	}
	if err := localtest.CheckComposer(ctx, tests); err != nil {
		return failure.Wrap(errdefs.ErrNotReady, fmt.Errorf("--test-compose needs Docker Compose, the plugin of the Docker "+
			"CLI: %w", err), "", "https://docs.docker.com/compose/install/linux/ says how to install it")
	}
	for _, stack := range tests.Stacks {
		if err := localtest.CheckStack(ctx, tests, stack); err != nil {
			return failure.Usage("--test-compose %q: %w", stack.Text, err)
		}
	}
	return nil
}

// Share decides how much is done at once, where nobody says by what the engine has, and returns it.
func (b *Bench) Share(ctx context.Context) int {
	jobs := b.Plan.Jobs
	if jobs == 0 {
		jobs = b.jobs(ctx)
	}
	b.Slots = semaphore.NewWeighted(int64(jobs))
	return jobs
}

// jobs is how much the engine has room for. A build that loads nothing asks the engine only for this, and does without
// it where it does not answer.
func (b *Bench) jobs(ctx context.Context) int {
	if b.Open {
		return b.Engine.Jobs()
	}
	ctx, cancel := context.WithTimeout(ctx, dockercli.EngineLimit)
	defer cancel()
	eng, err := engine.Inspect(ctx, b.host.EngineClient())
	if err != nil {
		eng = engine.Engine{} // this machine's cores, then
	}
	return eng.Jobs()
}

// Each calls try for each of so many images, as many at once as there are slots, and waits for all.
func (b *Bench) Each(ctx context.Context, images int, try func(i int)) {
	ended := make(chan struct{}, images)
	for i := range images {
		go func() {
			defer func() { ended <- struct{}{} }()
			if b.Slots.Acquire(ctx, 1) != nil {
				return // interrupted, which is told in the end
			}
			defer b.Slots.Release(1)
			try(i)
		}()
	}
	for range images {
		<-ended
	}
}
