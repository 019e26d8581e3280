package builder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/cli/cli/command"
)

const (
	containerDriver = "docker-container"
	dockerDriver    = "docker"
)

// Config says how [Create] makes a builder. The fields are flags of `docker buildx create`.
type Config struct {
	Name           string
	DriverOpts     []string // --driver-opt
	BuildkitdFlags string   // --buildkitd-flags
	ConfigFile     string   // --buildkitd-config; empty: Reach is used
	Use            bool     // --use
	Reach          Reach
}

// Created says what [Create] did.
type Created struct {
	Name   string
	Reused bool
	// Notes tell what was added to the user's settings and why.
	Notes []string
}

// Create makes a docker-container builder in buildx's own store, or reuses the one of that name, so that
// `docker buildx ls` shows it. It does not boot it. A builder of that name with another driver is an error of
// class [ErrNotReady].
func Create(ctx context.Context, dockerCLI command.Cli, config Config) (Created, error) {
	txn, release, err := storeutil.GetStore(dockerCLI)
	if err != nil {
		return Created{}, classify(fmt.Errorf("opening the buildx builder store: %w", err), ErrNotReady)
	}
	defer release()
	group, err := txn.NodeGroupByName(config.Name)
	switch {
	case err == nil:
		return reuse(txn, dockerCLI, group, config)
	case errors.Is(err, os.ErrNotExist):
		return create(ctx, txn, dockerCLI, config)
	case store.IsErrInvalidName(err):
		return Created{}, classify(fmt.Errorf("naming the builder %q: %w", config.Name, err), ErrInput)
	}
	return Created{}, unreadable(config.Name, err)
}

func reuse(txn *store.Txn, dockerCLI command.Cli, group *store.NodeGroup, config Config) (Created, error) {
	if group.Driver != containerDriver {
		return Created{}, classify(fmt.Errorf("builder %q exists with driver %q, not %q; name another with --builder, "+
			"or remove it with: docker buildx rm %s", group.Name, group.Driver, containerDriver, group.Name), ErrNotReady)
	}
	created := Created{Name: group.Name, Reused: true}
	if len(config.DriverOpts) > 0 || config.BuildkitdFlags != "" || config.ConfigFile != "" {
		created.Notes = append(created.Notes, fmt.Sprintf(
			"builder %q exists already: its settings stay as they are; to change them first run: docker buildx rm %s",
			group.Name, group.Name))
	}
	if !config.Use {
		return created, nil
	}
	return created, use(txn, dockerCLI, group)
}

func create(ctx context.Context, txn *store.Txn, dockerCLI command.Cli, config Config) (Created, error) {
	opts := buildxbuilder.CreateOpts{
		Name:                config.Name,
		Driver:              containerDriver,
		DriverOpts:          slices.Clone(config.DriverOpts),
		BuildkitdFlags:      config.BuildkitdFlags,
		BuildkitdConfigFile: config.ConfigFile,
		Use:                 config.Use,
	}
	created := Created{Name: config.Name}
	if config.ConfigFile == "" && len(config.Reach.Config) > 0 {
		file, remove, err := temporary(config.Reach.Config)
		if err != nil {
			return Created{}, err
		}
		defer remove()
		opts.BuildkitdConfigFile = file
		created.Notes = append(created.Notes,
			"the builder pulls as the engine does: "+strings.Join(config.Reach.Registries, ", "))
	}
	if config.Reach.HostNetwork && !setsNetwork(opts.DriverOpts) {
		opts.DriverOpts = append(opts.DriverOpts, "network=host")
		created.Notes = append(created.Notes,
			"network=host: one of these registries is on the loopback of the engine's host")
	}
	if _, err := buildxbuilder.Create(ctx, txn, dockerCLI, opts); err != nil {
		return Created{}, classify(fmt.Errorf("creating builder %q: %w", config.Name, err), ErrNotReady)
	}
	return created, nil
}

func setsNetwork(driverOpts []string) bool {
	for _, opt := range driverOpts {
		for part := range strings.SplitSeq(opt, ",") {
			if strings.HasPrefix(part, "network=") {
				return true
			}
		}
	}
	return false
}

// temporary writes a file for buildx, which takes its settings by path and copies them into its store.
func temporary(text []byte) (string, func(), error) {
	dir, err := os.MkdirTemp("", "multiplat-")
	if err != nil {
		return "", nil, fmt.Errorf("writing the builder's settings: %w", err)
	}
	remove := func() { _ = os.RemoveAll(dir) }
	file := filepath.Join(dir, "buildkitd.toml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		remove()
		return "", nil, fmt.Errorf("writing the builder's settings: %w", err)
	}
	return file, remove, nil
}
