package create

import (
	"context"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/store"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Config says how [Create] makes a builder. The fields are flags of `docker buildx create`.
type Config struct {
	Name string
	// Named is true when the user chose the builder: then one with several nodes of another driver serves as well.
	Named          bool
	DriverOpts     []string // --driver-opt
	BuildkitdFlags string   // --buildkitd-flags
	ConfigFile     string   // --buildkitd-config; empty: Registries are used
	Image          string   // --driver-opt image=; empty: the driver's own
	Use            bool     // --use
	// Recreate replaces a builder that differs; its cache stays.
	Recreate   bool
	Registries RegistryConfig
	// Proxies are those of the engine.
	Proxies map[string]string
	// Nodes are further nodes, each declaring platforms.
	Nodes []NodeSpec
}

// Created says what [Create] did.
type Created struct {
	Name   string
	Reused bool
	// Privileged is true where the new builder runs in a privileged container.
	Privileged bool
	// Adopted is the container that was there already, as asked for, and serves the new builder; empty: none.
	Adopted string
	// Differences are what made Recreate replace the builder, or the container that has its name.
	Differences []string
	// Notes tell what was added to the user's settings and why.
	Notes []string
}

// Create makes a docker-container builder in buildx's own store, or reuses the one of that name, so that
// `docker buildx ls` shows it. It does not boot it. An existing builder that is not as config asks is an error of
// class [errdefs.ErrNotReady] and [errdefs.ErrDiffers] unless it may be replaced; so is a container of its
// name that is not.
func Create(ctx context.Context, client *builder.Client, config Config) (Created, error) {
	txn, release, err := builder.Instances(client.CLI())
	if err != nil {
		return Created{}, err
	}
	defer release()
	p, err := planOf(ctx, txn, client, config)
	if err != nil {
		return Created{}, err
	}
	defer p.asked.remove()
	if err := p.refusal(); err != nil {
		return Created{}, err
	}
	if p.unfinished != "" {
		if err := removeContainer(ctx, client, p.unfinished); err != nil {
			return Created{}, err
		}
	}
	if p.Exists && len(p.Differences) == 0 {
		return reuse(ctx, txn, client, p.group, p.asked)
	}
	if len(p.Differences) > 0 {
		if err := p.removeDiffering(ctx, txn, client); err != nil {
			return Created{}, err
		}
	}
	created, err := create(ctx, txn, client, p.asked)
	created.Differences = p.Differences
	if p.Container != "" && len(p.Differences) == 0 {
		created.Adopted = p.Container
	}
	return created, err
}

// removeDiffering takes away what is not as asked for. Its cache stays, for what takes its name.
func (p *plan) removeDiffering(ctx context.Context, txn *store.Txn, client *builder.Client) error {
	if p.Exists {
		p.asked.config.Nodes = withNodesOf(p.group, p.asked.config.Nodes)
		return client.RemoveGroup(ctx, txn, p.group.Name, true)
	}
	return removeContainer(ctx, client, p.Container)
}

// removeContainer takes a container away, and leaves its volume.
func removeContainer(ctx context.Context, client *builder.Client, name string) error {
	_, err := client.CLI().Client().ContainerRemove(ctx, name, dockerclient.ContainerRemoveOptions{Force: true})
	if err != nil && !cerrdefs.IsNotFound(err) {
		return errdefs.Classify(fmt.Errorf("removing container %q: %w", name, err), errdefs.ErrNotReady)
	}
	return nil
}

// reuse takes a builder as it is, but for the nodes it lacks.
func reuse(
	ctx context.Context, txn *store.Txn, client *builder.Client, group *store.NodeGroup, asked settings,
) (Created, error) {
	created := Created{Name: group.Name, Reused: true}
	added, err := appendNodes(ctx, txn, client, group, asked.config)
	created.Notes = added
	if err != nil || !asked.config.Use {
		return created, err
	}
	return created, use(txn, client, group)
}

// create makes a builder that is not there.
func create(ctx context.Context, txn *store.Txn, client *builder.Client, asked settings) (Created, error) {
	created := Created{
		Name: asked.config.Name, Privileged: driverOf(asked.config) == builder.ContainerDriver, Notes: asked.notesOfNew(),
	}
	if _, err := buildxbuilder.Create(ctx, txn, client.CLI(), asked.createOpts()); err != nil {
		return Created{}, errdefs.Classify(fmt.Errorf("creating builder %q: %w", asked.config.Name, err), errdefs.ErrNotReady)
	}
	group, err := txn.NodeGroupByName(asked.config.Name)
	if err != nil {
		return Created{}, client.Unreadable(asked.config.Name, err)
	}
	added, err := appendNodes(ctx, txn, client, group, asked.config)
	created.Notes = append(created.Notes, added...)
	return created, err
}
