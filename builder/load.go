package builder

import (
	"context"

	"github.com/containerd/platforms"
)

// Node is what is known of a node without changing it.
type Node struct {
	Name, Endpoint string
	// Where is that in words: what is stored of pods is no address.
	Where string
	// Status is running, stopped or inactive (its daemon does not exist or does not answer).
	Status string
	// Version is that of BuildKit, while it runs.
	Version string
	// Declares are the platforms it was given, if any.
	Declares []string
	// Problem is why it is out of reach; empty: it is not. Err is the error of that.
	Problem string
	Err     error
	// Away tells that it does not answer; Engine is what it is a container of, if it is one.
	Away   bool
	Engine string
}

// Load loads the builder called name as it is, with the nodes that are needed: nothing is started. Only running nodes
// can be probed; of those that are out of reach it is known why. It is returned also beside the error that it cannot
// serve.
func (c *Client) Load(ctx context.Context, name string, need Need) (*Builder, error) {
	o, err := c.open(name, need)
	if err != nil {
		return nil, err
	}
	found, err := o.load(ctx, need.of(o.all))
	if err == nil && !found.serve(need) {
		found, err = o.load(ctx, everyNode(o.all))
	}
	if err != nil {
		return nil, err
	}
	found.reach(ctx)
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
	for i, node := range b.nodes {
		n := Node{
			Name: node.Name, Endpoint: node.Endpoint, Where: whereNode(node), Status: statusOf(node),
			Version: node.Version, Problem: b.downLine(i), Engine: engineOf(b.Driver, node.Endpoint),
		}
		if n.Problem != "" {
			n.Err, n.Away = reasonOf(node), away(node)
		}
		for _, p := range node.Node.Platforms {
			n.Declares = append(n.Declares, platforms.FormatAll(p))
		}
		out = append(out, n)
	}
	return out
}
