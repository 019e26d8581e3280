package builder

import (
	"context"
	"errors"
	"fmt"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Builder is a buildx builder that is ready to be booted and built on.
type Builder struct {
	// Name and Driver are as `docker buildx ls` shows them.
	Name, Driver string
	// Endpoint is where its first node lives.
	Endpoint string

	dockerCLI command.Cli
	nodes     []buildxbuilder.Node
	// natives are what the nodes run without an emulator, empty for those that do not run.
	natives []ocispec.Platform
	// faults are why nodes could not be started, in their places; shorter where nothing was started.
	faults []error
}

// Boot loads the builder called name and starts it where it is not running. A builder that cannot build for
// several platforms into an OCI layout is refused with an error of class
// [errdefs.ErrNotReady]. Of several nodes some may be
// out of reach: that fails only what has to run there.
func (c *Client) Boot(ctx context.Context, name string, pw progress.Writer) (*Builder, error) {
	b, err := buildxbuilder.New(c.dockerCLI, buildxbuilder.WithName(name))
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("opening builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	if err := touch(c.dockerCLI, b); err != nil {
		return nil, errdefs.Classify(fmt.Errorf("opening builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	opened, err := load(ctx, c.dockerCLI, b)
	if err != nil {
		return nil, err
	}
	if !allRun(opened.nodes) {
		if opened, err = c.bootUnderLock(ctx, b, pw); err != nil {
			return nil, err
		}
	}
	return opened, opened.serves(ctx)
}

// load asks every node for its state, and the running ones for their platforms and versions.
func load(ctx context.Context, dockerCLI command.Cli, b *buildxbuilder.Builder) (*Builder, error) {
	nodes, err := b.LoadNodes(ctx, buildxbuilder.WithData())
	if err == nil && len(nodes) == 0 {
		err = errors.New("it has no node")
	}
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("opening builder %q: %w", b.Name, err), errdefs.ErrNotReady)
	}
	natives, err := nativesOf(ctx, nodes)
	if err != nil {
		return nil, err
	}
	return &Builder{
		Name: b.Name, Driver: b.Driver, Endpoint: nodes[0].Endpoint, dockerCLI: dockerCLI, nodes: nodes, natives: natives,
	}, nil
}

// runs tells whether a node answers.
func runs(node buildxbuilder.Node) bool {
	return node.Err == nil && node.DriverInfo != nil && node.DriverInfo.Status == driver.Running
}

// allRun tells whether no node has to be started.
func allRun(nodes []buildxbuilder.Node) bool {
	for _, node := range nodes {
		if !runs(node) {
			return false
		}
	}
	return true
}

// touch records the use of the builder, which `docker buildx rm --all-inactive` looks at.
func touch(dockerCLI command.Cli, b *buildxbuilder.Builder) error {
	txn, release, err := Instances(dockerCLI)
	if err != nil {
		return err
	}
	defer release()
	return txn.UpdateLastActivity(b.NodeGroup)
}

// bootUnderLock starts the nodes that do not run. Two processes that boot the same builder at once could otherwise
// start its container before its settings have been copied into it.
func (c *Client) bootUnderLock(
	ctx context.Context, b *buildxbuilder.Builder, pw progress.Writer,
) (*Builder, error) {
	unlock, err := c.Lock(ctx, "builder-"+b.Name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	opened, err := load(ctx, c.dockerCLI, b)
	if err != nil {
		return nil, err
	}
	errs := opened.boot(ctx, pw)
	if failed, all := opened.failed(errs); all {
		return nil, errors.Join(failed...)
	}
	again, err := load(ctx, c.dockerCLI, b) // now there is something to be told about platforms and versions
	if err == nil {
		again.faults = errs
	}
	return again, err
}

// boot starts every node and returns why those do not start that do not, in their places.
func (b *Builder) boot(ctx context.Context, pw progress.Writer) []error {
	errs := make([]error, len(b.nodes))
	var group errgroup.Group
	for i, node := range b.nodes {
		group.Go(func() error {
			err := node.Err
			if node.Driver != nil && !runs(node) {
				err = b.start(ctx, node, progress.WithPrefix(pw, node.Name, len(b.nodes) > 1))
			}
			if err != nil {
				errs[i] = b.explainBoot(ctx, node, err)
			}
			return nil
		})
	}
	_ = group.Wait()
	return errs
}

// start starts a node. What stands against one that is reached over TLS is named, which its driver would only wait for.
func (b *Builder) start(ctx context.Context, node buildxbuilder.Node, pw progress.Writer) error {
	if err := b.shakeHands(ctx, node); err != nil {
		return err
	}
	_, err := driver.Boot(ctx, ctx, node.Driver, pw)
	return err
}

// failed are the errors of nodes that did not start, by their names; all tells that none did.
func (b *Builder) failed(errs []error) (failed []error, all bool) {
	for i, err := range errs {
		if err != nil {
			failed = append(failed, errdefs.Classify(
				fmt.Errorf("starting node %q of builder %q: %w", b.nodes[i].Name, b.Name, err), errdefs.ErrNotReady))
		}
	}
	return failed, len(failed) == len(b.nodes)
}

// serves refuses builders that cannot do what is asked of them here.
func (b *Builder) serves(ctx context.Context) error {
	for _, node := range b.nodes {
		if !runs(node) {
			continue
		}
		features, err := node.Driver.Features(ctx)
		if err != nil {
			return errdefs.Classify(fmt.Errorf("asking builder %q what it can do: %w", b.Name, err), errdefs.ErrNotReady)
		}
		if !features[driver.OCIExporter] || !features[driver.MultiPlatform] {
			return errdefs.Classify(
				errdefs.Classify(fmt.Errorf("builder %q cannot serve: its driver %q has no OCI exporter on this engine",
					b.Name, b.Driver), errdefs.ErrDriver),
				errdefs.ErrNotReady,
			)
		}
		if err := checkVersion(node.Name, node.Version); err != nil {
			return err
		}
	}
	return nil
}
