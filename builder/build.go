package builder

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/platforms"
	buildxbuild "github.com/docker/buildx/build"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/util/confutil"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/semaphore"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// run is one call of Build.
type run struct {
	started time.Time
	// jobs is how many solves carry out instructions at once; 0: as many as there are.
	jobs    int
	solves  map[string]*solve
	written *outputs
	// slots bound how many solves carry out instructions at once; nil: buildx bounds them.
	slots *semaphore.Weighted
	wait  sync.WaitGroup
	// over is closed when buildx is done.
	over chan struct{}
	// blank takes the secrets of addresses out of what is told.
	blank func(string) string
	// signed is what registries were signed in with.
	signed *signIn
	// hint is what to do about an error of that text.
	hint func(string) string
	// config is the configuration of buildx, listed is called when that has listed what it builds.
	config *confutil.Config
	listed func()
	// again is what becomes of a solve whose node was lost.
	again func(*solve, Result) Result

	mu    sync.Mutex
	roots map[string]digest.Digest
}

// Build runs one solve per platform, all in one buildx call, each exported as OCI layout content into store.
//
// Build returns after the last of them is done. A platform that fails does not cancel the others. The error tells what
// made the build as a whole impossible: failures of single platforms are in their [Result] alone.
func (b *Builder) Build(
	ctx context.Context,
	r request.Request,
	store content.Store,
	pw progress.Writer,
	watch Watch,
) error {
	return b.BuildAll(ctx, []Work{{Request: r, Watch: watch}}, r.Jobs, Sink{store, pw})
}

// BuildAll is Build for several works in one buildx call, so that what they share is done once. At most jobs solves
// carry out instructions at once; 0 is no bound.
func (b *Builder) BuildAll(ctx context.Context, works []Work, jobs int, to Sink) error {
	build := &run{
		started: time.Now(), written: &outputs{Writer: to.Display}, solves: map[string]*solve{},
		roots: map[string]digest.Digest{}, over: make(chan struct{}), blank: blankAll(works), again: b.again(ctx, works, to),
		signed: b.auth(), hint: func(text string) string { return signInHint(works, text) },
	}
	placed, err := b.assign(everyPlatform(works))
	if err != nil {
		return err
	}
	if err := b.checkAddresses(works, placed.used); err != nil {
		return err
	}
	config, done, err := b.config(works)
	if err != nil {
		return err
	}
	defer done()
	build.config, build.listed = config, done
	options, err := build.options(works, build.signed, to.Store)
	if err != nil {
		return err
	}
	var links contextLinks
	defer links.remove()
	links.separate(works, options)
	build.jobs = jobs
	responses, err := b.carryOut(ctx, build, works, placed, options)
	close(build.over)
	build.wait.Wait()
	if missing := build.missing(); missing != nil {
		// buildx gave up before it started a solve: the error is not any platform's own
		if err == nil {
			err = missing
		}
		return fmt.Errorf("building with %q: %w", b.Name, build.shown(err))
	}
	return build.verify(responses)
}

// carryOut has the solves done: by one node for each platform, all in one call of buildx; or, where there is more to be
// built and several nodes would do, by all of those.
func (b *Builder) carryOut(
	ctx context.Context, build *run, works []Work, placed assignment, options map[string]buildxbuild.Options,
) (map[string]*client.SolveResponse, error) {
	jobs := build.jobs
	execution := buildxbuild.Execution{Mode: buildxbuild.ExecutionModeDeferError, Parallel: jobs}
	if len(works) > 1 {
		if p, ok := b.newPool(everyPlatform(works), jobs); ok {
			defer b.watchNodes(ctx, p.nodes()...)()
			execution.Parallel = 0 // the pool bounds how much a node gets
			return build.spread(ctx, p, build.order(works), options, b.caller(build, execution))
		}
	}
	for _, s := range build.solves {
		name := platforms.FormatAll(s.platform)
		s.node, s.sink.files, s.life, s.at = placed.names[name], placed.files[name], placed.lives[name], placed.places[name]
		s.engine = engineAt(b.dockerCLI, b.Driver, b.nodes[s.at].Endpoint)
	}
	defer b.watchNodes(ctx, placed.used...)()
	if len(works) > 1 && jobs > 0 { // of works that take others, buildx bounds none
		execution.Parallel, build.slots = 0, semaphore.NewWeighted(int64(jobs))
	}
	return b.caller(build, execution)(ctx, placed.nodes, options)
}

// caller has solves done in one call of buildx.
func (b *Builder) caller(build *run, execution buildxbuild.Execution) call {
	return func(
		ctx context.Context, nodes []buildxbuilder.Node, options map[string]buildxbuild.Options,
	) (map[string]*client.SolveResponse, error) {
		var display progress.Writer = blanked{build.written, build.blank, build.signed}
		if len(options) == 1 && len(build.solves) > 1 { // buildx would not tell it from the others
			for key := range options {
				display = progress.WithPrefix(display, key, true)
			}
		}
		return buildxbuild.Build(ctx, nodes, options, dockerutil.NewClient(b.dockerCLI), build.config, display,
			&buildxbuild.Handler{Execution: execution, Evaluate: build.understood, Completed: build.completed})
	}
}

// understood is buildx's callback between the frontend, which reads the Dockerfile, and what it has made of it.
func (b *run) understood(
	ctx context.Context, key string, _ gateway.Client, made *gateway.Result, o buildxbuild.Options,
) error {
	b.listed()
	if err := checkPrivileges(ctx, made, privilegesOf(o)); err != nil {
		return err
	}
	if err := b.solves[key].watch.Began(); err != nil {
		return err
	}
	return b.evaluate(ctx, b.solves[key], made)
}

// evaluate carries the instructions out in a slot, where buildx does not bound them: a work that others take would keep
// buildx's slot until all of those have got one. What takes others, or is taken, is evaluated in any case: what comes
// after it builds on that.
func (b *run) evaluate(ctx context.Context, s *solve, made *gateway.Result) error {
	if b.slots == nil && !s.linked() && s.watch.Made == nil {
		return nil
	}
	if b.slots != nil {
		if err := b.slots.Acquire(ctx, 1); err != nil {
			return err
		}
		defer b.slots.Release(1)
	}
	err := made.EachRef(func(ref gateway.Reference) error {
		if ref == nil {
			return nil
		}
		return ref.Evaluate(ctx)
	})
	if ref, one := imageOf(made); err == nil && one && s.watch.Made != nil {
		err = s.watch.Made(ctx, s.platform, Files{ref})
	}
	return err
}

// imageOf is the image of what the frontend has made, which for SBOMs has the files of those beside it. Where it is of
// more than one image, nobody can say which is meant.
func imageOf(made *gateway.Result) (ref gateway.Reference, one bool) {
	for _, ref = range made.Refs {
		return ref, len(made.Refs) == 1
	}
	return made.Ref, true
}

// completed is buildx's callback; it must not do work.
func (b *run) completed(key string, result buildxbuild.TargetResult) {
	s, ok := b.solves[key]
	if !ok {
		return
	}
	r := Result{Platform: s.platform, Node: s.node, Took: time.Since(b.started), Canceled: result.Aborted}
	r.Fetched, r.Engine = s.sink.fetched.Load(), s.engine
	if lost := s.life.lost(); result.Err != nil && lost != nil {
		r.Err, r.Canceled = fmt.Errorf("building %s: %w", key, lost), false
	} else if result.Err != nil {
		r.Output = b.written.of(result.Err)
		reason := b.shown(trimTarget(result.Err, key))
		r.Err = fmt.Errorf("building %s: %w", key, reason)
		if r.Node != "" {
			r.Err = fmt.Errorf("building %s: on node %q: %w", key, r.Node, reason)
		}
	} else if r.Root = s.sink.root(); r.Root == "" && !s.discard {
		r.Err = errdefs.Classify(fmt.Errorf("building %s: the solve ended without an image", key), errdefs.ErrIntegrity)
	}
	b.mu.Lock()
	b.roots[key] = r.Root
	b.mu.Unlock()
	s.end(r.Err)
	b.wait.Go(func() { s.watch.Done(b.again(s, s.blamed(r, b.over))) })
}
