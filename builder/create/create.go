package create

import (
	"context"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/store"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Config says how [Create] makes a builder. The fields are flags of `docker buildx create`.
type Config struct {
	Name string
	// Named is true when the user chose the builder.
	Named bool
	// Driver is how its nodes are run; empty: as they are, or as they are reached.
	Driver         string
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
	// Nodes are its nodes, each declaring platforms; one of containers has another besides, in the engine in use.
	Nodes []NodeSpec
	// RemoveNodes are the names or endpoints of nodes that it is not to have any more.
	RemoveNodes []string
}

// Created says what [Create] did.
type Created struct {
	Name, Driver string
	Reused       bool
	// Privileged is true where the new builder runs in a privileged container.
	Privileged bool
	// Adopted is the container that was there already, as asked for, and serves the new builder; empty: none.
	Adopted string
	// Differences are what made Recreate replace the builder, or the container that has its name.
	Differences []string
	// Notes tell what was added to the user's settings and why.
	Notes []string
	// Added are the nodes that were added to a builder that was there.
	Added []Added
}

// Untouched tells of a builder that was there, and that could not be given what it lacks, that it is as it was.
func (c Created) Untouched() bool { return c.Reused && len(c.Added) == 0 && len(c.Notes) == 0 }

// Create makes a builder in buildx's own store, or takes the one of that name and adds the nodes that it lacks, so that
// `docker buildx ls` shows it. It does not boot it. An existing builder that is not as config asks is an error of class
// [errdefs.ErrNotReady] and [errdefs.ErrDiffers] unless it may be replaced; so is a container of its name that is not.
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
	removed, err := p.removeNodes(ctx, txn, client)
	if err != nil {
		return Created{}, err
	}
	created, err := p.make(ctx, txn, client)
	created.Notes = slices.Concat(removed, created.Notes)
	return created, err
}

// make makes the builder, or adds to it what it lacks.
func (p *plan) make(ctx context.Context, txn *store.Txn, client *builder.Client) (Created, error) {
	config := p.asked.config
	if p.Exists && len(p.Differences) == 0 {
		return p.reuse(ctx, txn, client)
	}
	group, notes, err := p.anew(ctx, client)
	if err != nil {
		return Created{}, err
	}
	if len(p.Differences) > 0 {
		if err := p.removeDiffering(ctx, txn, client); err != nil {
			return Created{}, err
		}
	}
	if err := txn.Save(group); err != nil {
		return Created{}, errdefs.Classify(fmt.Errorf("creating builder %q: %w", config.Name, err), errdefs.ErrNotReady)
	}
	created := Created{
		Name: config.Name, Driver: p.driver, Privileged: p.Privileged, Differences: p.Differences, Notes: notes,
	}
	if p.Container != "" && len(p.Differences) == 0 {
		created.Adopted = p.Container
	}
	if config.Use {
		err = use(txn, client, group)
	}
	return created, err
}

// anew is the builder as it is asked for, and what there is to tell of that. Nodes that it had besides stay.
func (p *plan) anew(ctx context.Context, client *builder.Client) (*store.NodeGroup, []string, error) {
	config := p.asked.config
	group := &store.NodeGroup{Name: config.Name, Driver: p.driver}
	specs, notes := config.specs(p.driver), []string(nil)
	if p.group != nil && p.group.Driver == p.driver {
		specs = withNodesOf(p.group, specs, config.overrides(p.driver))
	}
	switch {
	case p.driver == builder.ContainerDriver:
		node, err := p.asked.node(ctx, client)
		if err != nil {
			return nil, nil, err
		}
		group.Nodes, notes = append(group.Nodes, node), p.asked.notes
	case p.driver == builder.KubernetesDriver && len(specs) == 0:
		specs = append(specs, NodeSpec{Endpoint: clusterNode, DriverOpts: config.overrides(p.driver)})
	}
	_, added, err := addNodes(ctx, client, group, config, specs)
	return group, slices.Concat(notes, added), err
}

// removeDiffering takes away what is not as asked for. Its cache stays, for what takes its name.
func (p *plan) removeDiffering(ctx context.Context, txn *store.Txn, client *builder.Client) error {
	if p.Exists {
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
func (p *plan) reuse(ctx context.Context, txn *store.Txn, client *builder.Client) (Created, error) {
	created, config := Created{Name: p.group.Name, Driver: p.driver, Reused: true}, p.asked.config
	added, notes, err := addNodes(ctx, client, p.group, config, config.specs(p.driver))
	if err == nil && len(added) > 0 {
		err = txn.Save(p.group)
	}
	if err != nil {
		return created, errdefs.Classify(err, errdefs.ErrNotReady)
	}
	created.Added, created.Notes = added, notes
	for _, node := range config.unnamed(p.group) {
		created.Notes = append(created.Notes, fmt.Sprintf("node %q %s is not among those named, and stays",
			node.Name, builder.Where(node.Endpoint)))
	}
	if config.Use {
		err = use(txn, client, p.group)
	}
	return created, err
}
