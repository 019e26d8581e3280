package builder

import (
	"context"
	"fmt"
	"slices"

	"github.com/containerd/platforms"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/moby/buildkit/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// place chooses the node that works for platform p: one that declares it, else one that runs it natively, else one
// that emulates it. Of several nodes buildx takes the first that can, even by emulation, and the first of all when none
// can. Errors are of class [ErrNotReady].
func (b *Builder) place(ctx context.Context, p ocispec.Platform) (int, error) {
	name := platforms.FormatAll(p)
	if len(b.nodes) == 0 {
		return 0, classify(fmt.Errorf("finding a node for %s: builder %q has none", name, b.Name), ErrNotReady)
	}
	if len(b.nodes) == 1 {
		// it need not run the platform's programs: a cross-compiling Dockerfile runs none
		return 0, b.usable(0, p)
	}
	for i, node := range b.nodes {
		if lists(node.Node.Platforms, p) {
			return i, b.usable(i, p)
		}
	}
	emulating := -1
	for i, node := range b.nodes {
		if !runs(node) {
			continue
		}
		native, err := nativeOf(ctx, node)
		if err != nil {
			return 0, err
		}
		if platforms.Only(native).Match(p) {
			return i, nil
		}
		if emulating < 0 && lists(node.Platforms, p) {
			emulating = i
		}
	}
	if emulating < 0 {
		return 0, classify(fmt.Errorf("no node of builder %q runs %s", b.Name, name), ErrNotReady)
	}
	return emulating, nil
}

// usable refuses the node that has to be used for p and is not there.
func (b *Builder) usable(i int, p ocispec.Platform) error {
	node := b.nodes[i]
	if runs(node) {
		return nil
	}
	err := node.Err
	if err == nil {
		err = fmt.Errorf("it is not running at %s", node.Endpoint)
	}
	return classify(fmt.Errorf("node %q of builder %q, which is to build %s: %w",
		node.Name, b.Name, platforms.FormatAll(p), err), ErrNotReady)
}

func lists(list []ocispec.Platform, p ocispec.Platform) bool {
	return slices.ContainsFunc(list, func(have ocispec.Platform) bool { return platforms.OnlyStrict(have).Match(p) })
}

// nativeOf returns what a node runs without an emulator: what its worker lists first, unless it was told otherwise.
func nativeOf(ctx context.Context, node buildxbuilder.Node) (ocispec.Platform, error) {
	if len(node.Node.Platforms) == 0 && len(node.Platforms) > 0 {
		return node.Platforms[0], nil
	}
	var workers []*client.WorkerInfo
	c, err := node.Driver.Client(ctx)
	if err == nil {
		workers, err = c.ListWorkers(ctx)
	}
	if err != nil {
		return ocispec.Platform{}, classify(fmt.Errorf("asking node %q for its platforms: %w", node.Name, err), ErrNotReady)
	}
	for _, w := range workers {
		if len(w.Platforms) > 0 {
			return w.Platforms[0], nil
		}
	}
	return ocispec.Platform{}, classify(fmt.Errorf("node %q tells no platform of its own", node.Name), ErrNotReady)
}

// Emulates tells whether the node that works for p does so by emulation. A node that declares p is taken at its word.
func (b *Builder) Emulates(ctx context.Context, p ocispec.Platform) (bool, error) {
	i, err := b.place(ctx, p)
	if err != nil {
		return false, err
	}
	if lists(b.nodes[i].Node.Platforms, p) {
		return false, nil
	}
	native, err := nativeOf(ctx, b.nodes[i])
	return err == nil && !platforms.Only(native).Match(p), err
}

// placement says which node builds which platform.
type placement struct {
	// nodes are those of the builder, each listing exactly the platforms it is to build, which is what makes buildx
	// choose it.
	nodes []buildxbuilder.Node
	// names are the nodes' names by platform; empty where the builder has one node only.
	names map[string]string
}

func (b *Builder) placeAll(ctx context.Context, list []ocispec.Platform) (placement, error) {
	if len(b.nodes) == 1 {
		return placement{nodes: b.nodes}, b.usable(0, list[0])
	}
	p := placement{nodes: slices.Clone(b.nodes), names: map[string]string{}}
	for i := range p.nodes {
		p.nodes[i].Platforms = nil
	}
	for _, platform := range list {
		i, err := b.place(ctx, platform)
		if err != nil {
			return placement{}, err
		}
		p.nodes[i].Platforms = append(p.nodes[i].Platforms, platform)
		p.names[platforms.FormatAll(platform)] = p.nodes[i].Name
	}
	return p, nil
}
