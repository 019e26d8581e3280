package builder

import (
	"context"
	"fmt"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// DiskUsage is how many bytes the cache of a builder has. It starts nothing: running is false, and the size unknown,
// where a node is stopped.
func (c *Client) DiskUsage(ctx context.Context, name string) (size int64, running bool, err error) {
	b, err := buildxbuilder.New(c.dockerCLI, buildxbuilder.WithName(name))
	if err != nil {
		return 0, false, errdefs.Classify(fmt.Errorf("looking at builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	nodes, err := b.LoadNodes(ctx, buildxbuilder.WithData())
	if err != nil {
		return 0, false, errdefs.Classify(fmt.Errorf("looking at builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	for _, node := range nodes {
		if node.DriverInfo == nil || node.DriverInfo.Status != driver.Running {
			return 0, false, nil
		}
		daemon, err := node.Driver.Client(ctx)
		if err != nil {
			return 0, false, fmt.Errorf("connecting to node %q: %w", node.Name, err)
		}
		used, err := daemon.DiskUsage(ctx)
		if err != nil {
			return 0, false, fmt.Errorf("measuring the cache of node %q: %w", node.Name, err)
		}
		for _, record := range used {
			size += record.Size
		}
	}
	return size, true, nil
}
