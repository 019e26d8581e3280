package builder

import (
	"context"
	"errors"
	"fmt"
	"strings"

	buildxbuilder "github.com/docker/buildx/builder"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// unanswered is why a node does not answer, with the names of its pods and of their machines where it is one of a
// cluster. What the library was doing is no part of it.
func (b *Builder) unanswered(ctx context.Context, node buildxbuilder.Node) error {
	silent, is := errors.AsType[*SilentNodeError](node.Err)
	if !is {
		return node.Err
	}
	if b.Driver != KubernetesDriver {
		return silent
	}
	p, err := b.podsOf(node)
	if err != nil {
		return silent
	}
	if places := p.places(ctx); places != "" {
		return fmt.Errorf("%w: %s", silent, places)
	}
	return silent
}

// places say on which machines they are; empty: that is not known.
func (p *pods) places(ctx context.Context) string {
	ctx, done := context.WithTimeout(ctx, podPatience/4)
	defer done()
	list, err := p.client.List(ctx, metav1.ListOptions{LabelSelector: p.selector})
	if err != nil {
		return ""
	}
	var places []string
	for i := range list.Items {
		if pod := &list.Items[i]; pod.Spec.NodeName != "" && pod.DeletionTimestamp == nil {
			places = append(places, fmt.Sprintf("pod %s is on node %s", pod.Name, pod.Spec.NodeName))
		}
	}
	return strings.Join(places, ", ")
}
