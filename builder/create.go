package builder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/confutil"
	"github.com/docker/cli/cli/command"
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
	// Differences are what made Recreate replace the builder.
	Differences []string
	// Notes tell what was added to the user's settings and why.
	Notes []string
}

// Create makes a docker-container builder in buildx's own store, or reuses the one of that name, so that
// `docker buildx ls` shows it. It does not boot it. An existing builder that is not as config asks is an error of
// class [ErrNotReady] and [ErrDiffers] unless it may be replaced.
func Create(ctx context.Context, dockerCLI command.Cli, config Config) (Created, error) {
	txn, release, err := storeutil.GetStore(dockerCLI)
	if err != nil {
		return Created{}, classify(fmt.Errorf("opening the buildx builder store: %w", err), ErrNotReady)
	}
	defer release()
	group, err := txn.NodeGroupByName(config.Name)
	switch {
	case err == nil:
	case errors.Is(err, os.ErrNotExist):
		group = nil
	case store.IsErrInvalidName(err):
		return Created{}, classify(fmt.Errorf("naming the builder %q: %w", config.Name, err), ErrInput)
	default:
		return Created{}, unreadable(dockerCLI, config.Name, err)
	}
	want, err := settingsOf(dockerCLI, config)
	if err != nil {
		return Created{}, err
	}
	defer want.remove()
	driver := driverOf(config)
	if group != nil {
		driver = group.Driver
	}
	if err := checkNodes(driver, config.Nodes); err != nil {
		return Created{}, err
	}
	if group == nil {
		return create(ctx, txn, dockerCLI, want)
	}
	differences, err := want.differences(dockerCLI, group)
	if err != nil {
		return Created{}, err
	}
	if len(differences) == 0 {
		return reuse(ctx, txn, dockerCLI, group, want)
	}
	if !config.Recreate {
		return Created{}, classify(classify(fmt.Errorf("builder %q exists, but not as it is asked for: %s",
			group.Name, strings.Join(differences, "; ")), ErrDiffers), ErrNotReady)
	}
	if err := removeGroup(ctx, txn, dockerCLI, group.Name, true); err != nil {
		return Created{}, err
	}
	want.config.Nodes = withNodesOf(group, config.Nodes)
	created, err := create(ctx, txn, dockerCLI, want)
	created.Differences = differences
	return created, err
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
	if driverOf(want.config) == containerDriver && dockerCLI.CurrentContext() == command.DefaultContextName &&
		dockerCLI.DockerEndpoint().TLSData != nil {
		return Created{}, classify(classify(fmt.Errorf("creating builder %q: the engine at %s is reached with TLS settings "+
			"of the environment, and a builder can only be bound to a docker context",
			want.config.Name, dockerCLI.DockerEndpoint().Host), ErrNoContext), ErrNotReady)
	}
	created := Created{Name: want.config.Name, Notes: want.notes}
	opts := buildxbuilder.CreateOpts{
		Name:                want.config.Name,
		Driver:              containerDriver,
		DriverOpts:          want.driverOpts(),
		BuildkitdFlags:      want.config.BuildkitdFlags,
		BuildkitdConfigFile: want.configFile,
		Use:                 want.config.Use,
	}
	if driverOf(want.config) == remoteDriver {
		first := want.config.Nodes[0]
		opts = buildxbuilder.CreateOpts{
			Name: want.config.Name, Driver: remoteDriver, DriverOpts: want.config.DriverOpts,
			Endpoint: first.Endpoint, Platforms: first.Platforms, Use: want.config.Use,
		}
		created.Notes = []string{first.note()}
	}
	if _, err := buildxbuilder.Create(ctx, txn, dockerCLI, opts); err != nil {
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
