package builder

import (
	"context"
	"fmt"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Probe runs a program of platform p in the builder as a solve of one step, on the node a build of p would
// use. program is a static executable that exits with 0. The name of the node is returned also when the program
// does not run there.
func (b *Builder) Probe(ctx context.Context, p ocispec.Platform, program []byte) (node string, err error) {
	name := platforms.FormatAll(p)
	i, err := b.usable(p)
	if err != nil {
		return "", err
	}
	node = b.nodes[i].Name
	defer b.watchNodes(ctx, i)()
	c, err := b.nodes[i].Driver.Client(ctx)
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
