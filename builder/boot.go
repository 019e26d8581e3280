package builder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Builder is a buildx builder that is ready to be booted and built on.
type Builder struct {
	// Name and Driver are as `docker buildx ls` shows them.
	Name, Driver string
	// Endpoint is where its first node lives.
	Endpoint string

	dockerCLI command.Cli
	// nodes are all that it has; those that were not needed are known by what they declare alone.
	nodes []buildxbuilder.Node
	// natives are what the nodes run without an emulator, empty for those that do not run.
	natives []ocispec.Platform
	// reopen boots nodes of it anew, with something added to what their replicas are chosen by; nil: it was not booted.
	reopen func(ctx context.Context, key string, needed map[string]bool) (*Builder, error)
	// removed tells that it is not there any more; nil: it was not booted.
	removed func() bool
	// last says that what fails is not tried once more.
	last bool
}

// Boot loads the builder called name and starts the nodes that are needed and do not run. A builder that cannot build
// for several platforms into an OCI layout is refused with an error of class [errdefs.ErrNotReady]. Of several nodes
// some may be out of reach: that fails only what has to run there.
func (c *Client) Boot(ctx context.Context, name string, need Need, pw progress.Writer) (*Builder, error) {
	o, err := c.open(name, need)
	if err != nil {
		return nil, err
	}
	if err := touch(c.dockerCLI, o.Builder); err != nil {
		return nil, errdefs.Classify(fmt.Errorf("opening builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	b, err := o.boot(ctx, need.of(o.all), pw)
	if err == nil && !b.serve(need) {
		var more *Builder
		if more, err = o.boot(ctx, b.left(), pw); err == nil {
			b = o.whole(b.asked(), more.asked())
		}
	}
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(b.fault(), b.serves(ctx)); err != nil {
		return nil, err
	}
	b.reopen = func(ctx context.Context, key string, needed map[string]bool) (*Builder, error) {
		again := need
		again.Context += key
		o, err := c.open(name, again)
		if err != nil {
			return nil, err
		}
		return o.boot(ctx, needed, pw)
	}
	b.removed = func() bool {
		there, err := c.Exists(name)
		return b.Driver != DockerDriver && err == nil && !there // the engine itself is listed nowhere
	}
	return b, nil
}

// touch records the use of the builder, which `docker buildx rm --all-inactive` looks at.
func touch(dockerCLI command.Cli, b *buildxbuilder.Builder) error {
	txn, release, err := Instances(dockerCLI)
	if err != nil {
		return err
	}
	defer release()
	return txn.UpdateLastActivity(b.NodeGroup)
}

// boot is load, and starts what is needed and does not run.
func (o *opening) boot(ctx context.Context, needed map[string]bool, pw progress.Writer) (*Builder, error) {
	b, err := o.load(ctx, needed)
	if err != nil || b.allRun() {
		return b, err
	}
	if o.Driver != RemoteDriver { // whose nodes nobody can start
		// two processes that start the same node at once could start its container before its settings are in it
		unlock, err := o.client.Lock(ctx, "builder-"+o.Name)
		if err != nil {
			return nil, err
		}
		defer unlock()
		if again := b.askedAgain(); len(again) > 0 {
			fresh, err := o.ask(ctx, again)
			if err != nil {
				return nil, err
			}
			b = o.whole(fresh, b.asked())
		}
	}
	started := b.start(ctx, pw)
	if len(started) == 0 {
		return b, nil
	}
	fresh, err := o.ask(ctx, started) // now there is something to be told about platforms and versions
	return o.whole(fresh, b.asked()), err
}

// start starts the nodes that were asked and do not run, and returns the names of those that do then. The others get
// the reason as their error.
func (b *Builder) start(ctx context.Context, pw progress.Writer) map[string]bool {
	started := map[string]bool{}
	var group errgroup.Group
	var mu sync.Mutex
	for i := range b.nodes {
		node := &b.nodes[i]
		if !isAsked(*node) || runs(*node) {
			continue
		}
		group.Go(func() error {
			err := b.startNode(ctx, *node, progress.WithPrefix(pw, node.Name, len(b.nodes) > 1))
			if err != nil {
				node.Err = b.explainBoot(ctx, *node, err)
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			started[node.Name] = true
			return nil
		})
	}
	_ = group.Wait()
	return started
}

// startNode starts a node. What stands against one that is reached over TLS is named, which its driver would only wait
// for; one that does not answer, or whose engine is not reached, is not asked once more, and why one takes no
// connection is told before the wait.
// Of a cluster that is not to be had nothing is made.
func (b *Builder) startNode(ctx context.Context, node buildxbuilder.Node, pw progress.Writer) error {
	_, silent := errors.AsType[*SilentNodeError](node.Err)
	_, engine := errors.AsType[*EngineNodeError](node.Err)
	if silent || engine || dockerclient.IsErrConnectionFailed(node.Err) || node.Driver == nil {
		return b.unanswered(ctx, node)
	}
	var late error
	if err := b.shakeHands(ctx, node, func(err error) { late = err }); err != nil {
		return err
	}
	waiting, done := ctx, func() {}
	if late != nil {
		tellLate(pw, node, late)
		waiting, done = context.WithTimeout(ctx, lateLimit(late))
	}
	defer done()
	if err := b.access(ctx, node); err != nil {
		return err
	}
	waiting, explain := b.watchPods(waiting, node, pw)
	_, err := driver.Boot(waiting, ctx, node.Driver, pw)
	if b.Driver == KubernetesDriver {
		err = b.noNamespace(node, err)
	}
	return unreached(ctx, node, explain(err))
}

// fault is why nothing of the builder runs that is needed; nil: something does.
func (b *Builder) fault() error {
	var faults []error
	for _, node := range b.nodes {
		switch {
		case runs(node):
			return nil
		case isAsked(node):
			faults = append(faults, errdefs.Classify(
				fmt.Errorf("starting node %q of builder %q: %w", node.Name, b.Name, reasonOf(node)), errdefs.ErrNotReady))
		}
	}
	return errors.Join(faults...)
}

// serves refuses builders that cannot do what is asked of them here.
func (b *Builder) serves(ctx context.Context) error {
	for _, node := range b.nodes {
		if !runs(node) {
			continue
		}
		features, err := node.Driver.Features(ctx)
		if err != nil {
			return errdefs.Classify(fmt.Errorf("asking builder %q what it can do: %w", b.Name, err), errdefs.ErrNotReady)
		}
		if !features[driver.OCIExporter] || !features[driver.MultiPlatform] {
			return errdefs.Classify(
				errdefs.Classify(fmt.Errorf("builder %q cannot serve: its driver %q has no OCI exporter on this engine",
					b.Name, b.Driver), errdefs.ErrDriver),
				errdefs.ErrNotReady,
			)
		}
		if err := checkVersion(node.Name, node.Version); err != nil {
			return err
		}
	}
	return nil
}
