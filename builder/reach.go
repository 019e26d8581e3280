package builder

import (
	"context"
	"errors"
	"fmt"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/trust"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// DownError is a node that a platform needs and that does not run. It is of class [errdefs.ErrNotReady].
type DownError struct {
	Node, Builder, Endpoint string
	// Engine is the docker context or the address of its engine; empty: it is no container of one.
	Engine string
	// Away tells that it does not answer, so that nothing here brings it back.
	Away     bool
	platform string
	err      error
}

// Error implements error.
func (e *DownError) Error() string {
	return fmt.Sprintf("node %q of builder %q, which is to work for %s: %s", e.Node, e.Builder, e.platform, e.err)
}

// Why is the reason alone.
func (e *DownError) Why() string { return e.err.Error() }

// Unwrap gives the reason, and the class.
func (e *DownError) Unwrap() []error { return []error{e.err, errdefs.ErrNotReady} }

// away tells whether a node that does not run does not answer: its engine, its daemon or its cluster is not reached.
func away(node buildxbuilder.Node) bool {
	_, silent := errors.AsType[*SilentNodeError](node.Err)
	_, untrusted := errors.AsType[*trust.Error](node.Err)
	_, access := errors.AsType[*AccessError](node.Err)
	return isRemote(node) || silent || untrusted || access || client.IsErrConnectionFailed(node.Err)
}

// Check refuses platforms that need a node which does not run, before anything is built for any.
func (b *Builder) Check(list []ocispec.Platform) error {
	for _, p := range list {
		if _, err := b.usable(p); err != nil {
			return err
		}
	}
	return nil
}

// reach finds out why nodes do not answer that nobody can start from here, and why a cluster tells nothing of its own:
// their driver says no more than that they do not run.
func (b *Builder) reach(ctx context.Context) {
	var group errgroup.Group
	for i := range b.nodes {
		node := &b.nodes[i]
		if !isAsked(*node) || runs(*node) || node.Err != nil || !isRemote(*node) && b.Driver != KubernetesDriver {
			continue
		}
		group.Go(func() error {
			node.Err = b.whyDown(ctx, *node)
			return nil
		})
	}
	_ = group.Wait()
}

// whyDown is why a node does not answer; nil: it does by now, or it is one of a cluster that would start it.
func (b *Builder) whyDown(ctx context.Context, node buildxbuilder.Node) error {
	if b.Driver == KubernetesDriver {
		return b.refused(ctx, node)
	}
	if err := b.shakeHands(ctx, node, func(error) {}); err != nil {
		return err
	}
	dialing, done := context.WithTimeout(ctx, handshakeLimit)
	defer done()
	conn, err := node.Driver.Dial(dialing)
	if err != nil {
		return fmt.Errorf("it cannot be reached at %s: %w", node.Endpoint, err)
	}
	_ = conn.Close()
	if _, err := workersOf(ctx, node); err != nil {
		return fmt.Errorf("what listens at %s does not answer as a BuildKit daemon does: %w", node.Endpoint, err)
	}
	return nil
}

// startable tells whether a node that does not run is started by a build.
func startable(node buildxbuilder.Node) bool {
	return isAsked(node) && node.Err == nil && !runs(node) && !isRemote(node)
}

// Stopped are the nodes that do not run, and are started by a build.
func (b *Builder) Stopped() (names []string) {
	for _, at := range b.nodes {
		if startable(at) {
			names = append(names, at.Name)
		}
	}
	return names
}

// downLine is why node i is out of reach, in one line; empty: it is not, or nobody has asked it.
func (b *Builder) downLine(i int) string {
	at := b.nodes[i]
	if !isAsked(at) || runs(at) || startable(at) {
		return ""
	}
	return visible.Line(reasonOf(at).Error())
}

// statusOf is what a node is in one word: running, stopped or inactive, as its driver says, or out of reach.
func statusOf(node buildxbuilder.Node) string {
	if node.DriverInfo == nil || node.Err != nil {
		return driver.Inactive.String()
	}
	return node.DriverInfo.Status.String()
}
