package builder

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/platforms"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/confutil"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// Result is the outcome of one platform's solve.
type Result struct {
	Platform ocispec.Platform
	// Node is where it was built, empty where the builder has one node only.
	Node string
	// Root is the digest of what the exporter wrote last: an index of one image manifest and its attestation
	// manifest, or the image manifest alone when nothing attests it.
	Root digest.Digest
	// Took is the time from the start of the build to the end of this solve.
	Took time.Duration
	// Err is set when the solve failed; Canceled tells that it was called off, not wrong.
	Err      error
	Canceled bool
	// Output is the end of what the step wrote that failed, fit to be shown.
	Output string
}

// Watch is told how a build goes.
type Watch struct {
	// Began is called before the first instruction of a platform is carried out, when the builder has understood all
	// that it was given: what it refuses never comes so far. An error calls the platform off.
	Began func() error
	// Done is called once per platform as soon as its solve has ended, while others still build, on a goroutine of its
	// own.
	Done func(Result)
}

// run is one call of Build.
type run struct {
	started time.Time
	targets map[string]ocispec.Platform
	sinks   map[string]*sink
	nodes   map[string]string
	watch   Watch
	written *outputs
	// blank takes the secrets of addresses out of what is told.
	blank func(string) string
	wait  sync.WaitGroup

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
	options, err := r.Targets(b.auth())
	if err != nil {
		return err
	}
	placed, err := b.assign(r.Platforms)
	if err != nil {
		return err
	}
	blank := r.Blank()
	build := &run{
		started: time.Now(), watch: watch, nodes: placed.names, blank: blank,
		written: &outputs{Writer: pw},
		targets: map[string]ocispec.Platform{}, sinks: map[string]*sink{}, roots: map[string]digest.Digest{},
	}
	for _, p := range r.Platforms {
		name := platforms.FormatAll(p)
		build.targets[name] = p
		build.sinks[name] = &sink{Store: store}
		o := options[name]
		o.Exports[0].OutputStore = build.sinks[name]
		options[name] = o
	}
	responses, err := buildxbuild.Build(ctx, placed.nodes, options, dockerutil.NewClient(b.dockerCLI),
		confutil.NewConfig(b.dockerCLI), blanked{Writer: build.written, blank: blank}, &buildxbuild.Handler{
			Execution: buildxbuild.Execution{Mode: buildxbuild.ExecutionModeDeferError, Parallel: r.Jobs},
			Evaluate:  build.understood,
			Completed: build.completed,
		})
	build.wait.Wait()
	if missing := build.missing(); missing != nil {
		// buildx gave up before it started a solve: the error is not any platform's own
		if err == nil {
			err = missing
		}
		return fmt.Errorf("building with %q: %w", b.Name, blankError(err, blank))
	}
	return build.verify(responses)
}

// understood is buildx's callback between the frontend, which reads the Dockerfile, and what it has made of it.
func (b *run) understood(
	ctx context.Context, _ string, _ gateway.Client, made *gateway.Result, o buildxbuild.Options,
) error {
	if err := checkPrivileges(ctx, made, privilegesOf(o)); err != nil {
		return err
	}
	return b.watch.Began()
}

// completed is buildx's callback; it must not do work.
func (b *run) completed(name string, result buildxbuild.TargetResult) {
	platform, ok := b.targets[name]
	if !ok {
		return
	}
	r := Result{Platform: platform, Node: b.nodes[name], Took: time.Since(b.started), Canceled: result.Aborted}
	if result.Err != nil {
		r.Output = b.written.of(result.Err)
		reason := blankError(trimTarget(result.Err, name), b.blank)
		r.Err = fmt.Errorf("building %s: %w", name, reason)
		if r.Node != "" {
			r.Err = fmt.Errorf("building %s: on node %q: %w", name, r.Node, reason)
		}
	} else if r.Root = b.sinks[name].root(); r.Root == "" {
		r.Err = errdefs.Classify(fmt.Errorf("building %s: the solve ended without an image", name), errdefs.ErrIntegrity)
	}
	b.mu.Lock()
	b.roots[name] = r.Root
	b.mu.Unlock()
	b.wait.Go(func() { b.watch.Done(r) })
}

// missing names the platforms whose solve was never started.
func (b *run) missing() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var names []string
	for name := range b.targets {
		if _, ended := b.roots[name]; !ended {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("no solve was started for %s", strings.Join(names, ", "))
}

// verify holds what arrived against what BuildKit says it exported.
func (b *run) verify(responses map[string]*client.SolveResponse) error {
	for name, response := range responses {
		said := response.ExporterResponse[exptypes.ExporterImageDigestKey]
		if got := b.roots[name]; said != "" && got != "" && said != got.String() {
			return errdefs.Classify(
				fmt.Errorf("building %s: BuildKit exported %s, but %s arrived", name, said, got),
				errdefs.ErrIntegrity,
			)
		}
	}
	return nil
}

// targetError removes buildx's name for a target from the front of an error's text and keeps the error.
type targetError struct {
	error
	text string
}

// Error implements error.
func (e targetError) Error() string { return e.text }

// Unwrap gives errors.Is and errors.As the error that was reworded.
func (e targetError) Unwrap() error { return e.error }

// trimTarget leaves out of an error's text which target buildx was at.
func trimTarget(err error, name string) error {
	return targetError{error: err, text: strings.TrimPrefix(err.Error(), "target "+name+": ")}
}
