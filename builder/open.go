package builder

import (
	"context"
	"fmt"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	"golang.org/x/sync/errgroup"
)

// Builder is a buildx builder that is ready to be booted and built on.
type Builder struct {
	// Name and Driver are as `docker buildx ls` shows them.
	Name, Driver string
	// Endpoint is where its first node lives.
	Endpoint string

	dockerCLI command.Cli
	nodes     []buildxbuilder.Node
}

// Open loads the builder called name and starts it where it is not running. A builder that cannot build for
// several platforms into an OCI layout is refused with an error of class [ErrNotReady].
func Open(ctx context.Context, dockerCLI command.Cli, name string, pw progress.Writer) (*Builder, error) {
	b, err := buildxbuilder.New(dockerCLI, buildxbuilder.WithName(name))
	if err != nil {
		return nil, classify(fmt.Errorf("opening builder %q: %w", name, err), ErrNotReady)
	}
	if err := touch(dockerCLI, b); err != nil {
		return nil, classify(fmt.Errorf("opening builder %q: %w", name, err), ErrNotReady)
	}
	nodes, err := b.LoadNodes(ctx, buildxbuilder.WithData())
	if err != nil {
		return nil, classify(fmt.Errorf("opening builder %q: %w", name, err), ErrNotReady)
	}
	stopped := !survey(name, b.Driver, nodes, nil).Running
	if err := boot(ctx, name, nodes, pw); err != nil {
		return nil, err
	}
	if stopped { // now the nodes tell what they can build
		if nodes, err = b.LoadNodes(ctx, buildxbuilder.WithData()); err != nil {
			return nil, classify(fmt.Errorf("opening builder %q: %w", name, err), ErrNotReady)
		}
	}
	opened := &Builder{Name: name, Driver: b.Driver, dockerCLI: dockerCLI, nodes: nodes}
	if len(nodes) > 0 {
		opened.Endpoint = nodes[0].Endpoint
	}
	return opened, opened.serves(ctx)
}

// touch records the use of the builder, which `docker buildx rm --all-inactive` looks at.
func touch(dockerCLI command.Cli, b *buildxbuilder.Builder) error {
	txn, release, err := storeutil.GetStore(dockerCLI)
	if err != nil {
		return err
	}
	defer release()
	return txn.UpdateLastActivity(b.NodeGroup)
}

func boot(ctx context.Context, name string, nodes []buildxbuilder.Node, pw progress.Writer) error {
	group, bootCtx := errgroup.WithContext(ctx)
	for _, node := range nodes {
		group.Go(func() error {
			if node.Err != nil {
				return classify(fmt.Errorf("starting node %q of builder %q: %w", node.Name, name, node.Err), ErrNotReady)
			}
			if _, err := driver.Boot(bootCtx, ctx, node.Driver, progress.WithPrefix(pw, node.Name, len(nodes) > 1)); err != nil {
				return classify(fmt.Errorf("starting node %q of builder %q: %w", node.Name, name, err), ErrNotReady)
			}
			return nil
		})
	}
	return group.Wait()
}

func (b *Builder) serves(ctx context.Context) error {
	for _, node := range b.nodes {
		features, err := node.Driver.Features(ctx)
		if err != nil {
			return classify(fmt.Errorf("asking builder %q what it can do: %w", b.Name, err), ErrNotReady)
		}
		if !features[driver.OCIExporter] || !features[driver.MultiPlatform] {
			return classify(fmt.Errorf("builder %q cannot serve: its driver %q has no OCI exporter on this engine",
				b.Name, b.Driver), ErrNotReady)
		}
	}
	return nil
}
