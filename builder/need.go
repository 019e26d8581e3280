package builder

import (
	"slices"

	"github.com/containerd/platforms"
	"github.com/docker/buildx/store"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Need is what a builder is to work for.
type Need struct {
	// Platforms are what it is to build for; none: whatever its nodes are for. Nodes that are for other platforms are
	// neither started nor asked.
	Platforms []ocispec.Platform
	// Context is the build context, or what else tells one work from others: of the replicas that a node has in
	// Kubernetes, works of one context take the same, which has their cache.
	Context string
	// Works is how much there is to build, for each platform: as many of the nodes that declare it are needed; 0: one.
	Works int
	// Any says that a node is needed in any case: the first, or another where that does not run.
	Any bool
}

// of are the nodes that are needed, by their names: for each platform the first that declare it, else those that
// declare one that runs it, and those that declare nothing.
func (n Need) of(nodes []store.Node) map[string]bool {
	needed := map[string]bool{}
	if n.Any {
		needed[nodes[0].Name] = true
	}
	for _, p := range n.Platforms {
		declares := func(node store.Node) bool { return lists(node.Platforms, p) }
		if slices.ContainsFunc(nodes, declares) {
			left := max(n.Works, 1)
			for _, node := range nodes {
				if left > 0 && declares(node) {
					needed[node.Name], left = true, left-1
				}
			}
			continue
		}
		for _, node := range nodes {
			if len(node.Platforms) == 0 || runsOn(node.Platforms, p) {
				needed[node.Name] = true
			}
		}
	}
	if len(needed) == 0 {
		return everyNode(nodes)
	}
	return needed
}

// everyNode are all nodes, by their names.
func everyNode(nodes []store.Node) map[string]bool {
	all := map[string]bool{}
	for _, node := range nodes {
		all[node.Name] = true
	}
	return all
}

// runsOn tells whether a machine of one of these platforms runs p without an emulator.
func runsOn(list []ocispec.Platform, p ocispec.Platform) bool {
	return slices.ContainsFunc(list, func(have ocispec.Platform) bool { return platforms.Only(have).Match(p) })
}

// serve tells whether the nodes that were asked are enough: there is one for every platform, be it one that is down and
// that no other can stand in for.
func (b *Builder) serve(n Need) bool {
	if len(b.left()) == 0 {
		return true
	}
	if n.Any && !b.Running() {
		return false
	}
	return !slices.ContainsFunc(n.Platforms, func(p ocispec.Platform) bool {
		i := b.place(p)
		return i < 0 || !runs(b.nodes[i]) && !b.declares(i, p)
	})
}
