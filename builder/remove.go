package builder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/store"
	dockerclient "github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Exists tells whether buildx's store has a builder of that name. One whose file cannot be read is an error of class
// [errdefs.ErrNotReady] that names the file.
func (c *Client) Exists(name string) (bool, error) {
	txn, release, err := Instances(c.dockerCLI)
	if err != nil {
		return false, err
	}
	defer release()
	_, err = txn.NodeGroupByName(name)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, os.ErrNotExist):
		return false, nil
	case store.IsErrInvalidName(err):
		return false, errdefs.Classify(fmt.Errorf("finding builder %q: %w", name, err), errdefs.ErrInput)
	}
	return false, c.Unreadable(name, err)
}

// Remove takes a builder away as `docker buildx rm NAME` does: its daemons, their caches, and its entry in buildx's
// store. keepCache leaves the caches, for a builder of the same name to come. It tells whether there was one.
func (c *Client) Remove(ctx context.Context, name string, keepCache bool) (bool, error) {
	txn, release, err := Instances(c.dockerCLI)
	if err != nil {
		return false, err
	}
	defer release()
	if _, err := txn.NodeGroupByName(name); errors.Is(err, os.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, c.Unreadable(name, err)
	}
	return true, c.RemoveGroup(ctx, txn, name, keepCache)
}

// Forget takes a builder out of buildx's store, and leaves alone what runs of it.
func (c *Client) Forget(name string) error {
	txn, release, err := Instances(c.dockerCLI)
	if err != nil {
		return err
	}
	defer release()
	if err := txn.Remove(name); err != nil {
		return errdefs.Classify(fmt.Errorf("removing builder %q from the buildx store: %w", name, err), errdefs.ErrNotReady)
	}
	return nil
}

// removeLimit is how long the machine of a node may take to take its daemon away.
const removeLimit = 30 * time.Second

// RemoveDaemon takes away the daemon of one node of a builder, and its cache. buildx's store is left as it is.
func (c *Client) RemoveDaemon(ctx context.Context, txn *store.Txn, name string, node store.Node) error {
	ctx, done := context.WithTimeout(ctx, removeLimit)
	defer done()
	b, err := buildxbuilder.New(c.dockerCLI,
		buildxbuilder.WithName(name), buildxbuilder.WithStore(txn), buildxbuilder.WithSkippedValidation())
	if err != nil {
		return err
	}
	b.NodeGroup.Nodes = []store.Node{node}
	nodes, err := b.LoadNodes(ctx, buildxbuilder.WithSkippedImageOpt())
	if err != nil {
		return err
	}
	return removeDaemons(ctx, nodes, false)
}

// removeDaemons takes away the daemons of nodes.
func removeDaemons(ctx context.Context, nodes []buildxbuilder.Node, keepCache bool) error {
	var group errgroup.Group
	for _, node := range nodes {
		group.Go(func() error {
			if node.Err != nil || node.Driver == nil {
				return node.Err
			}
			if err := answers(ctx, node); err != nil {
				return fmt.Errorf("node %q: %w", node.Name, err)
			}
			// not stopped first: a daemon that ends at once loses nothing, its cache is crash-safe
			err := node.Driver.Rm(ctx, true, !keepCache, true)
			if err != nil || keepCache || node.Driver.Factory().Name() != ContainerDriver {
				return err
			}
			return removeCache(ctx, node.Driver.Config())
		})
	}
	return group.Wait()
}

// answers is why the engine of a node cannot be told anything: to remove a large cache may take its time, and to answer
// may not.
func answers(ctx context.Context, node buildxbuilder.Node) error {
	if node.Driver.Factory().Name() != ContainerDriver {
		return nil
	}
	question, done := patiently(ctx, node.Endpoint)
	defer done()
	_, err := node.Driver.Config().DockerAPI.Ping(question, dockerclient.PingOptions{})
	return cmp.Or(silence(question), err)
}

// stateSuffix ends the name of the volume in which the container of a node has its cache, after that of the container.
const stateSuffix = "_state"

// removeCache takes away the volume of a node's container also where the container is gone already, by which buildx
// finds it.
func removeCache(ctx context.Context, node driver.InitConfig) error {
	volume := node.Name + stateSuffix
	_, err := node.DockerAPI.VolumeRemove(ctx, volume, dockerclient.VolumeRemoveOptions{})
	if err == nil || cerrdefs.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("removing the volume %q: %w", volume, err)
}

// RemoveGroup is Remove in a transaction of buildx's store.
func (c *Client) RemoveGroup(ctx context.Context, txn *store.Txn, name string, keepCache bool) error {
	b, err := buildxbuilder.New(c.dockerCLI,
		buildxbuilder.WithName(name), buildxbuilder.WithStore(txn), buildxbuilder.WithSkippedValidation())
	if err != nil {
		return errdefs.Classify(fmt.Errorf("removing builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	nodes, err := b.LoadNodes(ctx, buildxbuilder.WithSkippedImageOpt())
	if err != nil {
		return errdefs.Classify(fmt.Errorf("removing builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	if err := removeDaemons(ctx, nodes, keepCache); err != nil {
		ours := &Builder{Driver: b.Driver, dockerCLI: c.dockerCLI}
		for _, node := range nodes {
			if away := ours.access(ctx, node); away != nil {
				err = away
				break
			}
		}
		return errdefs.Classify(fmt.Errorf("removing builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	if err := txn.Remove(name); err != nil {
		return errdefs.Classify(fmt.Errorf("removing builder %q from the buildx store: %w", name, err), errdefs.ErrNotReady)
	}
	return nil
}
