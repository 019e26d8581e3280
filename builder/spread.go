package builder

import (
	"context"
	"errors"
	"maps"
	"sync"

	"github.com/containerd/platforms"
	buildxbuild "github.com/docker/buildx/build"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/moby/buildkit/client"
)

// units are the solves that have to be done in one call: those that build on each other.
func (b *run) units(order []string) (units [][]string) {
	unit := map[*solve]int{}
	var mark func(s *solve, n int)
	linked := map[*solve][]*solve{}
	for _, s := range b.solves {
		for _, other := range s.takes {
			linked[s], linked[other] = append(linked[s], other), append(linked[other], s)
		}
	}
	mark = func(s *solve, n int) {
		if _, known := unit[s]; known {
			return
		}
		unit[s] = n
		for _, other := range linked[s] {
			mark(other, n)
		}
	}
	for _, key := range order {
		s := b.solves[key]
		if _, known := unit[s]; !known {
			mark(s, len(units))
			units = append(units, nil)
		}
		units[unit[s]] = append(units[unit[s]], key)
	}
	return units
}

// call has solves done by nodes.
type call func(
	context.Context, []buildxbuilder.Node, map[string]buildxbuild.Options,
) (map[string]*client.SolveResponse, error)

// spread runs the solves over the nodes of a pool, each unit as soon as there is room for it: in order, as long as
// there is room for all, so that the same works get the same nodes again.
func (b *run) spread(
	ctx context.Context, p *pool, order []string, options map[string]buildxbuild.Options, do call,
) (map[string]*client.SolveResponse, error) {
	var group sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	responses := map[string]*client.SolveResponse{}
	for _, keys := range b.units(order) {
		unit := make([]*solve, 0, len(keys))
		of := map[string]buildxbuild.Options{}
		for _, key := range keys {
			unit, of[key] = append(unit, b.solves[key]), options[key]
		}
		taken := p.try(unit)
		group.Go(func() {
			found, err := b.onNodes(ctx, p, unit, taken, func(nodes []buildxbuilder.Node) (
				map[string]*client.SolveResponse, error,
			) {
				return do(ctx, nodes, of)
			})
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(responses, found)
			if err != nil {
				errs = append(errs, err)
			}
		})
	}
	group.Wait()
	return responses, errors.Join(errs...)
}

// onNodes has a unit done by the nodes that were taken for it; nil: they are waited for.
func (b *run) onNodes(
	ctx context.Context, p *pool, unit []*solve, taken map[string]int,
	do func([]buildxbuilder.Node) (map[string]*client.SolveResponse, error),
) (map[string]*client.SolveResponse, error) {
	if taken == nil {
		var err error
		if taken, err = p.take(ctx, unit); err != nil {
			return nil, err
		}
	}
	defer p.give(unit, taken)
	nodes := p.builder.only(taken)
	for _, s := range unit {
		i := taken[platforms.FormatAll(s.platform)]
		s.node, s.sink.files, s.life, s.at = nodes[i].Name, nodeFilesOf(nodes[i]), lifeOf(p.builder.nodes[i]), i
		s.engine = engineAt(p.builder.dockerCLI, p.builder.Driver, nodes[i].Endpoint)
	}
	return do(nodes)
}

// order are the keys of the solves, work by work.
func (b *run) order(works []Work) (keys []string) {
	for _, w := range works {
		for _, p := range w.Request.Platforms {
			keys = append(keys, keyOf(w.Name, p))
		}
	}
	return keys
}
