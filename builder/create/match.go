package create

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/containerd/platforms"
	"github.com/docker/buildx/store"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// specs are the nodes that are asked for, with what is said for all of them.
func (c Config) specs(driver string) []NodeSpec {
	if driver == builder.ContainerDriver {
		return c.Nodes
	}
	list := slices.Clone(c.Nodes)
	for i := range list {
		list[i].DriverOpts = mergedOptions(c.driverOpts(), list[i].DriverOpts)
	}
	return list
}

// overrides are the options that are said for all nodes. Where these are containers, they are those of the one in the
// engine in use alone.
func (c Config) overrides(driver string) []string {
	if driver == builder.ContainerDriver {
		return nil
	}
	return mergedOptions(c.driverOpts(), nil)
}

// find is the place of the node that is the one asked for, by its address or, in Kubernetes, by what it is for; -1:
// there is none.
func find(group *store.NodeGroup, spec NodeSpec) int {
	return slices.IndexFunc(group.Nodes, func(node store.Node) bool {
		if spec.Endpoint != clusterNode {
			return sameAs(node.Endpoint) == sameAs(spec.Endpoint)
		}
		declared := declaredBy(node)
		return len(declared) == 0 && len(spec.Platforms) == 0 ||
			slices.ContainsFunc(spec.Platforms, func(p string) bool { return slices.Contains(declared, p) })
	})
}

// nodeDifferences tells nodes that declare other platforms than they are to, or have other options.
func nodeDifferences(group *store.NodeGroup, specs []NodeSpec) ([]string, error) {
	var out []string
	for _, spec := range specs {
		i := find(group, spec)
		if i < 0 {
			continue
		}
		node := group.Nodes[i]
		which := "its node at " + node.Endpoint
		if spec.Endpoint == clusterNode {
			which = fmt.Sprintf("its node %q", node.Name)
		}
		if declared := declaredBy(node); !sameList(declared, spec.Platforms) {
			out = append(out, fmt.Sprintf("%s is for %s, not %s", which, listed(declared), listed(spec.Platforms)))
		}
		options, err := optionDifferences(node, quotedOptions(spec.DriverOpts))
		if err != nil {
			return nil, err
		}
		for _, difference := range options {
			out = append(out, which+": "+difference)
		}
	}
	return out, nil
}

// listed are the platforms that a node declares, in words.
func listed(platforms []string) string {
	if len(platforms) == 0 {
		return "no platform of its own"
	}
	return strconv.Quote(strings.Join(platforms, ", "))
}

// unnamed are the nodes besides the first of engines that are not among those asked for, where any are.
func (c Config) unnamed(group *store.NodeGroup) (left []store.Node) {
	for i, node := range group.Nodes {
		first := i == 0 && group.Driver == builder.ContainerDriver
		same := func(spec NodeSpec) bool { return find(group, spec) == i }
		if len(c.Nodes) > 0 && !first && !slices.ContainsFunc(c.Nodes, same) {
			left = append(left, node)
		}
	}
	return left
}

// withNodesOf adds to the nodes asked for those that a builder had besides, which outlive its replacement: as they
// were, but for the options that are said for all nodes.
func withNodesOf(group *store.NodeGroup, specs []NodeSpec, overrides []string) []NodeSpec {
	out := slices.Clone(specs)
	for i, node := range group.Nodes {
		first := i == 0 && group.Driver == builder.ContainerDriver
		if first || slices.ContainsFunc(specs, func(spec NodeSpec) bool { return find(group, spec) == i }) {
			continue
		}
		spec := NodeSpec{Platforms: declaredBy(node), Endpoint: node.Endpoint}
		spec.DriverOpts = mergedOptions(optionsOf(node), overrides)
		if group.Driver == builder.KubernetesDriver {
			spec.Endpoint = clusterNode
		}
		out = append(out, spec)
	}
	return out
}

// declaredBy are the platforms that a node was given.
func declaredBy(node store.Node) []string {
	var out []string
	for _, p := range node.Platforms {
		out = append(out, platforms.FormatAll(p))
	}
	return out
}

// sameList compares lists, whose order says nothing.
func sameList(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
