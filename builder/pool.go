package builder

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"sync"

	"github.com/containerd/platforms"
	buildxbuilder "github.com/docker/buildx/builder"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// usualLoad is how many solves a node of several gets at once, where nobody says.
const usualLoad = 4

// pool gives solves to the nodes: each platform to one of those that work for it as well as any does, the one that has
// least to do.
type pool struct {
	builder *Builder
	// most is how many solves a node gets at once.
	most int
	// fit are the nodes by platform.
	fit map[string][]int

	mu   sync.Mutex
	free *sync.Cond
	load []int
}

// newPool makes the pool for these platforms. ok is false where no platform has two nodes.
func (b *Builder) newPool(list []ocispec.Platform, jobs int) (p *pool, ok bool) {
	p = &pool{builder: b, most: cmp.Or(jobs, usualLoad), fit: map[string][]int{}, load: make([]int, len(b.nodes))}
	p.free = sync.NewCond(&p.mu)
	for _, one := range list {
		fit := b.fit(one)
		p.fit[platforms.FormatAll(one)] = fit
		ok = ok || len(fit) > 1
	}
	return p, ok
}

// fit are the nodes that run, and work for platform p as well as the one that is chosen for it alone.
func (b *Builder) fit(p ocispec.Platform) (list []int) {
	first := b.place(p)
	if first < 0 {
		return nil
	}
	list = []int{first}
	for i, node := range b.nodes {
		if i != first && runs(node) && b.rank(i, p) == b.rank(first, p) && b.isNative(i, p) == b.isNative(first, p) {
			list = append(list, i)
		}
	}
	return list
}

// try takes a node for each of the solves, and returns them by platform; nil: there is not room for all. What is taken
// together is of one node for each platform: solves that build on each other have to be.
func (p *pool) try(unit []*solve) map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	chosen := p.choose(unit)
	if chosen != nil {
		p.count(unit, chosen, 1)
	}
	return chosen
}

// take is try that waits until there is room.
func (p *pool) take(ctx context.Context, unit []*solve) (map[string]int, error) {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.free.Broadcast()
	})
	defer stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if chosen := p.choose(unit); chosen != nil {
			p.count(unit, chosen, 1)
			return chosen, nil
		}
		p.free.Wait()
	}
}

// give returns what was taken.
func (p *pool) give(unit []*solve, taken map[string]int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(unit, taken, -1)
	p.free.Broadcast()
}

// count adds to what the nodes have to do.
func (p *pool) count(unit []*solve, chosen map[string]int, n int) {
	for _, s := range unit {
		p.load[chosen[platforms.FormatAll(s.platform)]] += n
	}
}

// choose finds a node with room for each platform of a unit, the one that has least to do; of several the one that the
// work got before, as long as the nodes are the same: it has its cache. nil: there is not room for all.
func (p *pool) choose(unit []*solve) map[string]int {
	chosen := map[string]int{}
	for _, s := range unit {
		name := platforms.FormatAll(s.platform)
		if _, known := chosen[name]; known {
			continue
		}
		i := slices.MinFunc(p.fit[name], func(a, b int) int {
			return cmp.Or(cmp.Compare(p.load[a], p.load[b]), cmp.Compare(p.affinity(s, a), p.affinity(s, b)))
		})
		if p.load[i] >= p.most {
			return nil
		}
		chosen[name] = i
	}
	return chosen
}

// affinity is smallest for the node that a work belongs to.
func (p *pool) affinity(s *solve, node int) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(keyOf(s.work, s.platform) + "\x00" + p.builder.nodes[node].Name))
	return h.Sum64()
}

// nodes are all that may get something.
func (p *pool) nodes() (list []int) {
	for _, fit := range p.fit {
		list = append(list, fit...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// only are the nodes, each listing exactly the platforms that it was chosen for.
func (b *Builder) only(chosen map[string]int) []buildxbuilder.Node {
	list := slices.Clone(b.nodes)
	for i := range list {
		list[i].Platforms = nil
	}
	for name, i := range chosen {
		list[i].Platforms = append(list[i].Platforms, platforms.MustParse(name))
	}
	return list
}
