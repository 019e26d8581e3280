package create

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/buildx/store"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// isCalled tells whether a node is the one that is called so: by its name, or by where it is.
func isCalled(node store.Node, which string) bool {
	return which == node.Name || sameAs(which) == sameAs(node.Endpoint)
}

// removals checks --remove-node: nobody is to believe that a node is gone because its name was misspelled.
func (c checking) removals(context.Context) error {
	if !c.known {
		return nil
	}
	for _, which := range c.config.RemoveNodes {
		if c.group == nil {
			return fmt.Errorf("--remove-node %q: there is no builder %q; name one with --builder", which, c.config.Name)
		}
		endpoints, _ := whatHas(c.group)
		as := knownAs(c.client, endpoints, which)
		called := func(node store.Node) bool { return isCalled(node, which) || isCalled(node, as) }
		if slices.ContainsFunc(c.group.Nodes, called) {
			continue
		}
		var there []string
		for _, node := range c.group.Nodes {
			there = append(there, fmt.Sprintf("%s %s", node.Name, builder.Where(node.Endpoint)))
		}
		return fmt.Errorf("--remove-node %q: builder %q has no such node; it has %s", which, c.config.Name,
			strings.Join(there, ", "))
	}
	return nil
}

// leave takes the nodes out of the group that the builder is not to have any more; the store keeps them yet.
func (p *plan) leave() error {
	goes := func(node store.Node) bool {
		return slices.ContainsFunc(p.asked.config.RemoveNodes, func(which string) bool { return isCalled(node, which) })
	}
	for i, node := range p.group.Nodes {
		if !goes(node) {
			continue
		}
		if i == 0 && p.group.Driver == builder.ContainerDriver {
			return errdefs.Classify(fmt.Errorf("node %q of builder %q is the one in the engine in use, which cannot be removed",
				node.Name, p.group.Name), errdefs.ErrInput)
		}
		p.removed = append(p.removed, node)
	}
	if len(p.removed) > 0 && len(p.removed) == len(p.group.Nodes) && len(p.asked.config.Nodes) == 0 {
		return errdefs.Classify(fmt.Errorf("builder %q has no other node than %q, and one without a node is none",
			p.group.Name, p.removed[0].Name), errdefs.ErrInput)
	}
	p.group.Nodes = slices.DeleteFunc(slices.Clone(p.group.Nodes), goes)
	for _, node := range p.removed {
		p.Removed = append(p.Removed, fmt.Sprintf("%s %s", node.Name, builder.Where(node.Endpoint)))
	}
	return nil
}

// removeNodes takes the nodes away that are to go, with their daemons and their caches. A daemon that is out of reach
// stays where it is, and is told of.
func (p *plan) removeNodes(ctx context.Context, txn *store.Txn, client *builder.Client) (notes []string, err error) {
	for _, node := range p.removed {
		note := fmt.Sprintf("node %q %s is removed", node.Name, builder.Where(node.Endpoint))
		if err := client.RemoveDaemon(ctx, txn, p.group.Name, node); err != nil {
			note += ", but not its daemon: " + err.Error()
			if by := builder.Remover(p.group.Driver, node); by != "" {
				note += "; to remove that, too, once it answers: " + by
			}
		}
		notes = append(notes, note)
	}
	if len(notes) == 0 {
		return nil, nil
	}
	if err := txn.Save(p.group); err != nil {
		return nil, errdefs.Classify(fmt.Errorf("removing nodes of builder %q: %w", p.group.Name, err), errdefs.ErrNotReady)
	}
	return notes, nil
}
