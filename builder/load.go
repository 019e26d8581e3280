package builder

import (
	"context"
	"fmt"

	"github.com/containerd/platforms"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Node is what is known of a node without changing it.
type Node struct {
	Name, Endpoint string
	// Status is running, stopped or inactive (its daemon does not exist or does not answer).
	Status string
	// Version is that of BuildKit, while it runs.
	Version string
	// Declares are the platforms it was given, if any.
	Declares []string
}

// Load loads the builder called name as it is: nothing is started. Only its running nodes can be probed.
func (c *Client) Load(ctx context.Context, name string) (*Builder, error) {
	b, err := buildxbuilder.New(c.dockerCLI, buildxbuilder.WithName(name))
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("opening builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	found, err := load(ctx, c.dockerCLI, b)
	if err != nil {
		return nil, err
	}
	return found, found.serves(ctx)
}

// Running tells whether any node runs.
func (b *Builder) Running() bool {
	for _, node := range b.nodes {
		if runs(node) {
			return true
		}
	}
	return false
}

// Nodes describes the nodes, in their order.
func (b *Builder) Nodes() []Node {
	out := make([]Node, 0, len(b.nodes))
	for _, node := range b.nodes {
		n := Node{Name: node.Name, Endpoint: node.Endpoint, Status: driver.Inactive.String(), Version: node.Version}
		if node.DriverInfo != nil && node.Err == nil {
			n.Status = node.DriverInfo.Status.String()
		}
		for _, p := range node.Node.Platforms {
			n.Declares = append(n.Declares, platforms.FormatAll(p))
		}
		out = append(out, n)
	}
	return out
}
