package builder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/store"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// opening is a builder whose nodes are asked, some of them or all.
type opening struct {
	*buildxbuilder.Builder
	client *Client
	// all are its nodes as they are stored.
	all []store.Node
}

// open finds the builder called name. Nothing is contacted.
func (c *Client) open(name string, need Need) (*opening, error) {
	b, err := buildxbuilder.New(c.dockerCLI,
		buildxbuilder.WithName(name), buildxbuilder.WithContextPathHash(need.Context))
	if err == nil && len(b.NodeGroup.Nodes) == 0 {
		err = errors.New("it has no node")
	}
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("opening builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	return &opening{Builder: b, client: c, all: slices.Clone(b.NodeGroup.Nodes)}, nil
}

// load is the builder with the nodes that are needed, as they are: nothing is started.
func (o *opening) load(ctx context.Context, needed map[string]bool) (*Builder, error) {
	asked, err := o.ask(ctx, needed)
	if err != nil {
		return nil, err
	}
	return o.whole(asked), nil
}

// ask asks nodes for their state, and the running ones for their platforms and versions.
func (o *opening) ask(ctx context.Context, needed map[string]bool) ([]node, error) {
	o.NodeGroup.Nodes = slices.DeleteFunc(slices.Clone(o.all), func(n store.Node) bool { return !needed[n.Name] })
	found, err := o.LoadNodes(ctx, buildxbuilder.WithData())
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("opening builder %q: %w", o.Name, err), errdefs.ErrNotReady)
	}
	asked := make([]node, len(found))
	var group errgroup.Group
	for i := range found {
		group.Go(func() error {
			asked[i] = nodeOf(ctx, found[i])
			return nil
		})
	}
	return asked, group.Wait()
}

// whole is the builder with all its nodes in their order, of which the parts have what is known of some. Of the others
// it is known what they are for.
func (o *opening) whole(parts ...[]node) *Builder {
	b := &Builder{Name: o.Name, Driver: o.Driver, Endpoint: o.all[0].Endpoint, dockerCLI: o.client.dockerCLI}
	known := slices.Concat(parts...)
	for _, stored := range o.all {
		// replicas have the name and the driver of the one node that they are
		i := slices.IndexFunc(known, func(n node) bool { return n.Name == stored.Name })
		one := node{Node: buildxbuilder.Node{Node: stored, Builder: o.Name, Platforms: stored.Platforms}}
		if i >= 0 {
			one = known[i]
		}
		b.nodes, b.natives = append(b.nodes, one.Node), append(b.natives, one.native)
	}
	return b
}

// runs tells whether a node answers.
func runs(node buildxbuilder.Node) bool {
	return node.Err == nil && node.DriverInfo != nil && node.DriverInfo.Status == driver.Running
}

// Down is why a node does not run that was asked; nil: it runs, or nobody has asked it.
func (b *Builder) Down(node string) error {
	for _, at := range b.nodes {
		if at.Name == node && isAsked(at) && !runs(at) {
			return reasonOf(at)
		}
	}
	return nil
}

// Lacks tells of the nodes that were asked, are for some platforms, and do not run.
func (b *Builder) Lacks() (told []string) {
	for _, at := range b.nodes {
		err := b.Down(at.Name)
		if err == nil || len(at.Node.Platforms) == 0 {
			continue
		}
		var given []string
		for _, p := range at.Node.Platforms {
			given = append(given, platforms.FormatAll(p))
		}
		told = append(told, fmt.Sprintf("node %q, which is to work for %s, does not run: %s", at.Name,
			strings.Join(given, ", "), visible.Line(err.Error())))
	}
	return told
}

// asked are the nodes that were asked.
func (b *Builder) asked() []node {
	var list []node
	for i, at := range b.nodes {
		if isAsked(at) {
			list = append(list, node{Node: at, native: b.natives[i]})
		}
	}
	return list
}

// left are the nodes that were not asked, by their names.
func (b *Builder) left() map[string]bool {
	list := map[string]bool{}
	for _, at := range b.nodes {
		if !isAsked(at) {
			list[at.Name] = true
		}
	}
	return list
}

// isAsked tells whether anybody has asked a node what it is.
func isAsked(node buildxbuilder.Node) bool { return node.Driver != nil || node.Err != nil }

// allRun tells whether no node has to be started.
func (b *Builder) allRun() bool {
	return !slices.ContainsFunc(b.nodes, func(node buildxbuilder.Node) bool { return isAsked(node) && !runs(node) })
}
