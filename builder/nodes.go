package builder

import (
	"context"
	"fmt"
	"slices"

	"github.com/containerd/platforms"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/moby/buildkit/client"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// place chooses the node that works for platform p: one that declares it, else one that runs it natively, else one
// that emulates it; -1 when there is none. Of several nodes buildx takes the first that can, even by emulation, and
// the first of all when none can.
func (b *Builder) place(p ocispec.Platform) int {
	best, rank := -1, 0
	for i := range b.nodes {
		if fits := b.rank(i, p); fits > rank {
			best, rank = i, fits
		}
	}
	return best
}

// rank is how well node i works for platform p; 0: not at all.
func (b *Builder) rank(i int, p ocispec.Platform) int {
	node := b.nodes[i]
	switch {
	case b.declares(i, p):
		return 3
	case runs(node) && platforms.Only(b.natives[i]).Match(p):
		return 2
	case lists(node.Platforms, p) || len(b.nodes) == 1:
		// a single node need not run the platform's programs: a cross-compiling Dockerfile runs none
		return 1
	}
	return 0
}

// declares tells whether node i was given platform p.
func (b *Builder) declares(i int, p ocispec.Platform) bool {
	return lists(b.nodes[i].Node.Platforms, p)
}

// isNative tells whether node i runs p without an emulator, as its worker says. One that does not run, and declares p,
// is taken at its word.
func (b *Builder) isNative(i int, p ocispec.Platform) bool {
	if b.natives[i].OS == "" {
		return b.declares(i, p)
	}
	return platforms.Only(b.natives[i]).Match(p)
}

// usable is the node that has to be used for p. Where there is none, or it is not there, the error is of class
// [errdefs.ErrNotReady].
func (b *Builder) usable(p ocispec.Platform) (int, error) {
	name := platforms.FormatAll(p)
	i := b.place(p)
	if i < 0 {
		return 0, errdefs.Classify(fmt.Errorf("no node of builder %q runs %s", b.Name, name), errdefs.ErrNotReady)
	}
	node := b.nodes[i]
	if runs(node) {
		return i, nil
	}
	return 0, &DownError{
		Node: node.Name, Builder: b.Name, Endpoint: node.Endpoint, Engine: engineOf(b.Driver, node.Endpoint),
		Away: away(node), platform: name, err: reasonOf(node),
	}
}

// reasonOf is why a node does not run.
func reasonOf(node buildxbuilder.Node) error {
	if node.Err != nil {
		return node.Err
	}
	return fmt.Errorf("it does not run %s", Where(node.Endpoint))
}

// lists tells whether p is in the list.
func lists(list []ocispec.Platform, p ocispec.Platform) bool {
	return slices.ContainsFunc(list, func(have ocispec.Platform) bool { return platforms.OnlyStrict(have).Match(p) })
}

// node is a node of a builder with what it runs without an emulator; that is empty where it does not run.
type node struct {
	buildxbuilder.Node
	native ocispec.Platform
}

// nodeOf finds what a node runs without an emulator: what its worker lists first. buildx puts the platforms that a node
// was given before those, or in the place of those, so that such a node has to be asked.
func nodeOf(ctx context.Context, found buildxbuilder.Node) node {
	n := node{Node: found}
	if dockerclient.IsErrConnectionFailed(found.Err) {
		n.Err = engine.Explained(found.Err, found.Endpoint)
	}
	switch declared := len(found.Node.Platforms); {
	case !runs(found):
		return n
	case declared == 0 && len(found.Platforms) > 0 && !isRemote(found):
		n.native = found.Platforms[0]
		return n
	}
	workers, err := workersOf(ctx, found)
	if err != nil {
		n.Err = fmt.Errorf("asking it for its platforms: %w", err)
		return n
	}
	if n.Err = fit(found, workers); n.Err != nil {
		return n
	}
	n.Platforms = slices.Clone(found.Platforms)
	for _, w := range workers {
		if len(w.Platforms) > 0 && n.native.OS == "" {
			n.native = w.Platforms[0]
		}
		for _, p := range w.Platforms {
			if !lists(n.Platforms, p) {
				n.Platforms = append(n.Platforms, p)
			}
		}
	}
	return n
}

// workersOf asks a node for its workers.
func workersOf(ctx context.Context, node buildxbuilder.Node) ([]*client.WorkerInfo, error) {
	c, err := node.Driver.Client(ctx)
	if err != nil {
		return nil, err
	}
	return c.ListWorkers(ctx)
}

// assignment says which node builds which platform.
type assignment struct {
	// nodes are those of the builder, each listing exactly the platforms it is to build, which is what makes buildx
	// choose it.
	nodes []buildxbuilder.Node
	// names are the nodes' names by platform; empty where the builder has one node only.
	names map[string]string
	// files are those of the nodes' containers, by platform.
	files map[string]*nodeFiles
	// used are the places of the nodes that have something to build.
	used []int
	// places are those of the nodes, and lives their lives, by platform.
	places map[string]int
	lives  map[string]*life
}

// assign gives every platform its node.
func (b *Builder) assign(list []ocispec.Platform) (assignment, error) {
	a := assignment{
		nodes: slices.Clone(b.nodes), names: map[string]string{}, files: map[string]*nodeFiles{}, lives: map[string]*life{},
		places: map[string]int{},
	}
	files := make([]*nodeFiles, len(a.nodes))
	for i := range a.nodes {
		a.nodes[i].Platforms = nil
		files[i] = nodeFilesOf(a.nodes[i])
	}
	for _, p := range list {
		i, err := b.usable(p)
		if err != nil {
			return assignment{}, err
		}
		a.nodes[i].Platforms = append(a.nodes[i].Platforms, p)
		a.files[platforms.FormatAll(p)] = files[i]
		a.lives[platforms.FormatAll(p)], a.places[platforms.FormatAll(p)] = lifeOf(b.nodes[i]), i
		a.used = append(a.used, i)
		if len(b.nodes) > 1 {
			a.names[platforms.FormatAll(p)] = a.nodes[i].Name
		}
	}
	return a, nil
}
