package builder

import (
	"context"
	"fmt"

	"github.com/containerd/platforms"
	noderesolver "github.com/docker/buildx/build/resolver"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Probe runs a program of platform p in the builder as a solve of one step, on the node a build of p would
// use. program is a static executable that exits with 0. The name of the node is returned also when the program
// does not run there.
func (b *Builder) Probe(ctx context.Context, p ocispec.Platform, program []byte) (node string, err error) {
	name := platforms.FormatAll(p)
	resolved, err := noderesolver.Resolve(ctx, b.nodes, []ocispec.Platform{p}, nil)
	if err != nil {
		return "", fmt.Errorf("finding a node for %s: %w", name, err)
	}
	if len(resolved) == 0 {
		return "", fmt.Errorf("finding a node for %s: builder %q has none", name, b.Name)
	}
	node = resolved[0].Node().Name
	c, err := resolved[0].Client(ctx)
	if err != nil {
		return node, fmt.Errorf("connecting to node %q: %w", node, err)
	}
	state := llb.Scratch().Platform(p).
		File(llb.Mkfile("/probe", 0o755, program)).
		Run(llb.Args([]string{"/probe"}), llb.IgnoreCache, llb.Network(llb.NetModeNone)).
		Root()
	definition, err := state.Marshal(ctx, llb.Platform(p))
	if err != nil {
		return node, fmt.Errorf("describing the probe for %s: %w", name, err)
	}
	if _, err := c.Solve(ctx, definition, client.SolveOpt{Internal: true}, drain()); err != nil {
		return node, fmt.Errorf("running a %s program in node %q: %w", name, node, err)
	}
	return node, nil
}

// drain takes the status of a solve nobody wants to see.
func drain() chan *client.SolveStatus {
	ch := make(chan *client.SolveStatus)
	go func() {
		for range ch {
			continue // until the solve closes it
		}
	}()
	return ch
}
