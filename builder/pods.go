package builder

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	buildxbuilder "github.com/docker/buildx/builder"
	kubecontext "github.com/docker/buildx/driver/kubernetes/context"
	"github.com/docker/buildx/driver/kubernetes/kubeclient"
	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
)

// podPatience is how long pods may be in trouble that does not end by itself, and podPoll how often they are looked at.
// Where machines are added to a cluster on demand, the driver's option timeout says how long that may take.
const (
	podPatience = 20 * time.Second
	podPoll     = time.Second
)

// podTroubleError is what Kubernetes says of pods that do not start.
type podTroubleError struct{ said string }

// Error implements error.
func (e *podTroubleError) Error() string { return e.said }

// AccessError says that a cluster is not to be had by who asks it for a node of a builder: nothing of that is made.
type AccessError struct {
	Err error
	// Denied tells that the cluster does not accept who asks; else it is not reached.
	Denied bool
	// Kubeconfig is the file that says who that is; empty: the one in use.
	Kubeconfig string
}

// Error implements error.
func (e *AccessError) Error() string { return e.Err.Error() }

// Unwrap gives what the cluster has said.
func (e *AccessError) Unwrap() error { return e.Err }

// pods are those of a node in Kubernetes.
type pods struct {
	client   kubeclient.PodClient
	selector string
	machines *cluster.Machines
}

// podsOf are the pods of a node.
func (b *Builder) podsOf(node buildxbuilder.Node) (*pods, error) {
	config, err := kubecontext.ConfigFromEndpoint(node.Endpoint, b.dockerCLI.ContextStore())
	if err != nil {
		return nil, err
	}
	access, err := config.ClientConfig()
	if err != nil {
		return nil, err
	}
	namespace := node.DriverOpts["namespace"]
	if namespace == "" {
		if namespace, _, err = config.Namespace(); err != nil {
			return nil, err
		}
	}
	clients, err := kubeclient.New(access, namespace)
	if err != nil {
		return nil, err
	}
	machines, err := cluster.MachinesOf(access, namespace)
	if err != nil {
		return nil, err
	}
	return &pods{clients.Pods, "app=" + podsNamed(node.Name), machines}, nil
}

// refused is why a cluster tells nothing of a node; nil: it does.
func (b *Builder) refused(ctx context.Context, node buildxbuilder.Node) error {
	p, err := b.podsOf(node)
	if err != nil {
		return fmt.Errorf("its cluster cannot be asked: %w", err)
	}
	err = p.machines.Reach(ctx, p.selector)
	said, answered := errors.AsType[*cluster.StatusError](err)
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case !answered || said.Code == http.StatusUnauthorized:
		return &AccessError{Err: err, Denied: answered, Kubeconfig: kubeconfigOf(node.Endpoint)}
	}
	return fmt.Errorf("looking at its pods: %w", err)
}

// access is why a cluster is not to be had; nil: it is, or others find out why it is not.
func (b *Builder) access(ctx context.Context, node buildxbuilder.Node) error {
	if b.Driver != KubernetesDriver {
		return nil
	}
	err := b.refused(ctx, node)
	if _, is := errors.AsType[*AccessError](err); is {
		return err
	}
	return nil
}

// noNamespace is that a node's namespace is not there, where that is why it was not started; else err as it is.
func (b *Builder) noNamespace(node buildxbuilder.Node, err error) error {
	namespace := node.DriverOpts["namespace"]
	if config, found := kubecontext.ConfigFromEndpoint(node.Endpoint, b.dockerCLI.ContextStore()); namespace == "" &&
		found == nil {
		namespace, _, _ = config.Namespace()
	}
	return cluster.NoNamespace(err, namespace, kubeconfigOf(node.Endpoint))
}

// watch looks at them until ctx ends, tells what is in their way when that begins, and gives up after a while. It
// returns what was in their way at the end.
func (p *pods) watch(ctx context.Context, tell func(string), giveUp func(error)) string {
	var seen vigil
	tick := time.NewTicker(podPoll)
	defer tick.Stop()
	for {
		now := p.trouble(ctx)
		if ctx.Err() != nil {
			return seen.last.said
		}
		begins, hopeless := seen.sees(now, time.Now())
		if begins {
			tell(now.said)
		}
		if hopeless {
			giveUp(&podTroubleError{now.said})
		}
		select {
		case <-ctx.Done():
			return seen.last.said
		case <-tick.C:
		}
	}
}

// vigil is what was seen of pods that are waited for: the trouble that they are in, and since when.
type vigil struct {
	last  podTrouble
	since time.Time
}

// sees takes in how they are, and tells whether trouble begins, and whether it has lasted for too long.
func (v *vigil) sees(now podTrouble, at time.Time) (begins, hopeless bool) {
	begins = now.said != "" && v.last.said == ""
	if v.last.said == "" || v.last.passes {
		v.since = at
	}
	if !now.began.IsZero() && now.began.Before(v.since) {
		v.since = now.began
	}
	v.last = now
	return begins, now.said != "" && !now.passes && at.Sub(v.since) > podPatience
}

// watchPods looks at the pods of a node while they are waited for. The context that it returns ends where they have
// been in trouble for long; explain adds the trouble to what has failed.
func (b *Builder) watchPods(
	ctx context.Context, node buildxbuilder.Node, pw progress.Writer,
) (_ context.Context, explain func(error) error) {
	asIs := func(err error) error { return err }
	if b.Driver != KubernetesDriver {
		return ctx, asIs
	}
	p, err := b.podsOf(node)
	if err != nil {
		return ctx, asIs // the driver says it
	}
	ctx, cancel := context.WithCancelCause(ctx)
	giveUp := cancel
	if node.DriverOpts["timeout"] != "" {
		giveUp = func(error) {}
	}
	tell := func(said string) {
		_ = progress.Wrap(said, pw.Write, func(progress.SubLogger) error { return nil })
	}
	said := make(chan string, 1)
	go func() { said <- p.watch(ctx, tell, giveUp) }()
	return ctx, func(err error) error {
		cause := context.Cause(ctx)
		cancel(nil)
		last := <-said
		if trouble, is := errors.AsType[*podTroubleError](cause); is {
			return trouble
		}
		if err != nil && last != "" {
			err = fmt.Errorf("%w: %s", err, last)
		}
		return err
	}
}
