package builder

import (
	"context"
	"fmt"
	"path/filepath"

	cerrdefs "github.com/containerd/errdefs"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/confutil"
	"github.com/docker/cli/cli/command"
	dockerclient "github.com/moby/moby/client"
)

const (
	containerDriver = "docker-container"
	dockerDriver    = "docker"
	remoteDriver    = "remote"
)

// Config says how [Create] makes a builder. The fields are flags of `docker buildx create`.
type Config struct {
	Name string
	// Named is true when the user chose the builder: then one with several nodes of another driver serves as well.
	Named          bool
	DriverOpts     []string // --driver-opt
	BuildkitdFlags string   // --buildkitd-flags
	ConfigFile     string   // --buildkitd-config; empty: Reach is used
	Image          string   // --driver-opt image=; empty: the driver's own
	Use            bool     // --use
	// Recreate replaces a builder that differs; its cache stays.
	Recreate bool
	Reach    Reach
	// Proxies are those of the engine.
	Proxies map[string]string
	// Nodes are further nodes, each declaring platforms.
	Nodes []NodeSpec
}

// Created says what [Create] did.
type Created struct {
	Name   string
	Reused bool
	// Adopted is the container that was there already, as asked for, and serves the new builder; empty: none.
	Adopted string
	// Differences are what made Recreate replace the builder, or the container that has its name.
	Differences []string
	// Notes tell what was added to the user's settings and why.
	Notes []string
}

// Create makes a docker-container builder in buildx's own store, or reuses the one of that name, so that
// `docker buildx ls` shows it. It does not boot it. An existing builder that is not as config asks is an error of
// class [ErrNotReady] and [ErrDiffers] unless it may be replaced; so is a container of its name that is not.
func Create(ctx context.Context, dockerCLI command.Cli, config Config) (Created, error) {
	txn, release, err := storeutil.GetStore(dockerCLI)
	if err != nil {
		return Created{}, classify(fmt.Errorf("opening the buildx builder store: %w", err), ErrNotReady)
	}
	defer release()
	p, err := planOf(ctx, txn, dockerCLI, config)
	if err != nil {
		return Created{}, err
	}
	defer p.want.remove()
	if err := p.refusal(); err != nil {
		return Created{}, err
	}
	if p.Exists && len(p.Differences) == 0 {
		return reuse(ctx, txn, dockerCLI, p.group, p.want)
	}
	if len(p.Differences) > 0 {
		if err := p.makeRoom(ctx, txn, dockerCLI); err != nil {
			return Created{}, err
		}
	}
	created, err := create(ctx, txn, dockerCLI, p.want)
	created.Differences = p.Differences
	if p.Container != "" && len(p.Differences) == 0 {
		created.Adopted = p.Container
	}
	return created, err
}

// makeRoom takes away what is not as asked for. Its cache stays, for what takes its name.
func (p *plan) makeRoom(ctx context.Context, txn *store.Txn, dockerCLI command.Cli) error {
	if p.Exists {
		p.want.config.Nodes = withNodesOf(p.group, p.want.config.Nodes)
		return removeGroup(ctx, txn, dockerCLI, p.group.Name, true)
	}
	_, err := dockerCLI.Client().ContainerRemove(ctx, p.Container, dockerclient.ContainerRemoveOptions{Force: true})
	if err != nil && !cerrdefs.IsNotFound(err) {
		return classify(fmt.Errorf("removing container %q: %w", p.Container, err), ErrNotReady)
	}
	return nil
}

func reuse(
	ctx context.Context, txn *store.Txn, dockerCLI command.Cli, group *store.NodeGroup, want settings,
) (Created, error) {
	created := Created{Name: group.Name, Reused: true}
	added, err := appendNodes(ctx, txn, dockerCLI, group, want.config)
	created.Notes = added
	if err != nil || !want.config.Use {
		return created, err
	}
	return created, use(txn, dockerCLI, group)
}

func create(ctx context.Context, txn *store.Txn, dockerCLI command.Cli, want settings) (Created, error) {
	created := Created{Name: want.config.Name, Notes: want.notes}
	if driverOf(want.config) == remoteDriver {
		created.Notes = []string{want.config.Nodes[0].note()}
	}
	if _, err := buildxbuilder.Create(ctx, txn, dockerCLI, want.createOpts()); err != nil {
		return Created{}, classify(fmt.Errorf("creating builder %q: %w", want.config.Name, err), ErrNotReady)
	}
	group, err := txn.NodeGroupByName(want.config.Name)
	if err != nil {
		return Created{}, unreadable(dockerCLI, want.config.Name, err)
	}
	added, err := appendNodes(ctx, txn, dockerCLI, group, want.config)
	created.Notes = append(created.Notes, added...)
	return created, err
}

// unreadable names the file in which buildx keeps a builder.
func unreadable(dockerCLI command.Cli, name string, err error) error {
	file := filepath.Join(confutil.NewConfig(dockerCLI).Dir(), "instances", name)
	return classify(
		classify(fmt.Errorf("reading the settings of builder %q in %q: %w", name, file, err), ErrBroken),
		ErrNotReady,
	)
}
