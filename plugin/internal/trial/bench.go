package trial

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/util/progress"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/semaphore"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
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
	// place is the docker context, or the address, of the engine; empty: it is the one in use.
	place string
	// cluster runs the tests, and nodes of it, where no engine does; nil: an engine does.
	cluster *cluster.Cluster
	nodes   *cluster.Pool
	// stations are the benches of the other engines by their places, and usual what they test of which nothing is said.
	stations map[string]*Bench
	usual    []Station
	// left are the platforms that their usual engine does not test any more.
	left *sync.Map
	// known is a bench that has looked at engines before; nil: there is none.
	known *Bench
	// Slots bound how many images are audited, loaded and tested at once.
	Slots *semaphore.Weighted
	// from is the repository that the engine pulls the image from; empty: it is given the image from here.
	from string
	// Sent hears how many bytes an engine elsewhere was sent of an image; it may be nil.
	Sent func(place string, bytes int64)
	// Audited hears that the audit of the image has nothing against it, before its tests; it may be nil.
	Audited func()
}

// Open looks at the engines that are to test these platforms, and at the networks their tests want. Where images are
// only audited it asks for neither; where all are tested elsewhere it does not ask the engine in use.
func Open(
	ctx context.Context, h dockercli.Host, plan Plan, pw progress.Writer, of []ocispec.Platform,
) (*Bench, error) {
	return (*Bench)(nil).Beside(ctx, h, plan, pw, of)
}

// Beside is [Open] beside a bench that has looked at engines already: those elsewhere are not connected to again.
func (b *Bench) Beside(
	ctx context.Context, h dockercli.Host, plan Plan, pw progress.Writer, of []ocispec.Platform,
) (*Bench, error) {
	own := &Bench{host: h, Plan: plan, Display: pw, known: b, left: &sync.Map{}}
	if plan.Mode == Audit {
		return own, nil
	}
	if err := own.openNamed(ctx, of); err != nil {
		return own, err
	}
	here := slices.ContainsFunc(of, func(p ocispec.Platform) bool { return own.placeOf(p) == "" })
	if len(of) > 0 && !here {
		return own, nil
	}
	return own, own.look(ctx)
}

// look looks at the engine of the bench.
func (b *Bench) look(ctx context.Context) (err error) {
	if !b.Open {
		if b.Engine, err = engine.Inspect(ctx, b.host.EngineClient()); err != nil {
			return failure.Wrap(errdefs.ErrNotReady, err, dockercli.At(b.place)+" version")
		}
		b.prepare(ctx)
	}
	if cpus := b.Plan.mostCPUs(); b.Plan.Mode == Test && b.Engine.Cores > 0 && cpus > int64(b.Engine.Cores)*1e9 {
		return failure.Usage("--test-cpus %s is more than the engine at %s has, which is %d",
			strconv.FormatFloat(float64(cpus)/1e9, 'f', -1, 64), b.Engine.Host, b.Engine.Cores)
	}
	for _, tests := range b.Plan.specs() {
		if err := b.checkNetwork(ctx, tests.Network); err != nil {
			return err
		}
		if err := b.checkStacks(ctx, tests); err != nil {
			return err
		}
	}
	return nil
}

// prepare clears an engine of what killed processes have left in it, and finds out what is known of its emulators.
func (b *Bench) prepare(ctx context.Context) {
	b.Open = true
	if b.Plan.Mode == Test {
		sweep := machine.SweepLeft
		if slices.ContainsFunc(b.Plan.specs(), func(s localtest.Spec) bool { return len(s.Stacks) > 0 }) {
			sweep = machine.SweepAll // stacks build images
		}
		for _, line := range sweep(ctx, b.host) {
			shown.Note(b.Display, line)
		}
	}
	if b.Plan.Mode >= Test {
		b.emulators = machine.KnownEmulators(ctx, b.host, b.Engine)
	}
}

// mostCPUs is the most that a test is to have, in billionths.
func (p Plan) mostCPUs() (most int64) {
	for _, tests := range p.specs() {
		most = max(most, tests.NanoCPUs)
	}
	return most
}

// wanted is what is wanted of a platform on this engine.
func (b *Bench) wanted(p ocispec.Platform) Wanted {
	w := b.Plan.For(p, !b.Engine.Native(p))
	switch {
	case b.nodes != nil:
		w.Tests = inPods(w.Tests)
	case b.place != "": // what runs on this machine is to speak to the engine that has the image
		w.Tests.HostEnv, w.Tests.Composer = b.host.HostEnv(), b.host.Composer()
		w.Tests.Advice.Emulator = strings.Replace(w.Tests.Advice.Emulator, "docker multiplat", b.docker()+" multiplat", 1)
	}
	return w
}

// How says how the programs of a platform run on the engine that tests it, empty where that was not looked at.
func (b *Bench) How(p ocispec.Platform) string {
	b = b.at(p)
	if !b.Open {
		return ""
	}
	return shown.How(p, b.Engine.Native(p))
}

// docker is the command of the Docker CLI for this engine.
func (b *Bench) docker() string { return dockercli.At(b.place) }

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
			b.docker()+" network create "+visible.Quote(network),
		)
	}
	return failure.Wrap(errdefs.ErrNotReady, err, b.docker()+" network ls")
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
	if b.Open || b.onlyClusters() {
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
