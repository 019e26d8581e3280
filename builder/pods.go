package builder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	buildxbuilder "github.com/docker/buildx/builder"
	kubecontext "github.com/docker/buildx/driver/kubernetes/context"
	"github.com/docker/buildx/driver/kubernetes/kubeclient"
	"github.com/docker/buildx/util/progress"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
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

// AccessError says that a cluster does not accept who asks it for a node of a builder.
type AccessError struct {
	Err error
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
	config   *rest.Config
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
	return &pods{clients.Pods, "app=" + podsNamed(node.Name), access}, nil
}

// trouble is what keeps them from starting; empty: nothing that is known.
func (p *pods) trouble(ctx context.Context) string {
	list, err := p.client.List(ctx, metav1.ListOptions{LabelSelector: p.selector})
	if err != nil {
		return ""
	}
	for i := range list.Items {
		if said := podTrouble(&list.Items[i]); said != "" {
			return fmt.Sprintf("pod %s is %s", list.Items[i].Name, visible.Line(said))
		}
	}
	return ""
}

// podTrouble is what keeps a pod from starting, in the words of its conditions and of its containers.
func podTrouble(pod *corev1.Pod) string {
	if pod.DeletionTimestamp != nil {
		return ""
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return fmt.Sprintf("%s: %s", pod.Status.Phase, c.Message)
		}
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		waiting := c.State.Waiting
		if waiting != nil && waiting.Reason != "ContainerCreating" && waiting.Reason != "PodInitializing" {
			return strings.TrimSuffix(fmt.Sprintf("%s: %s: %s", pod.Status.Phase, waiting.Reason, waiting.Message), ": ")
		}
	}
	if says(pod, corev1.PodReady, corev1.ConditionFalse) && says(pod, corev1.ContainersReady, corev1.ConditionTrue) {
		return fmt.Sprintf("%s, but its node %s is not ready", pod.Status.Phase, pod.Spec.NodeName)
	}
	return ""
}

// says tells whether a condition of a pod is known to be so. Where a node is lost, nobody takes back what its kubelet
// has said of the containers.
func says(pod *corev1.Pod, kind corev1.PodConditionType, status corev1.ConditionStatus) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == kind && c.Status == status
	})
}

// watch looks at them until ctx ends, tells what is in their way when that begins, and gives up after a while. It
// returns what was in their way at the end.
func (p *pods) watch(ctx context.Context, tell func(string), giveUp func(error)) (last string) {
	var since time.Time
	tick := time.NewTicker(podPoll)
	defer tick.Stop()
	for {
		now := p.trouble(ctx)
		if ctx.Err() != nil {
			return last
		}
		if now != "" && last == "" {
			since = time.Now()
			tell(now)
		}
		if last = now; last != "" && time.Since(since) > podPatience {
			giveUp(&podTroubleError{last})
		}
		select {
		case <-ctx.Done():
			return last
		case <-tick.C:
		}
	}
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
		switch {
		case apierrors.IsUnauthorized(err):
			err = &AccessError{fmt.Errorf("%w: %s", err, cluster.Unaccepted(p.config)), kubeconfigOf(node.Endpoint)}
		case err != nil && last != "":
			err = fmt.Errorf("%w: %s", err, last)
		}
		return err
	}
}
