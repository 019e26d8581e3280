package create

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/store"
	"github.com/docker/buildx/util/confutil"
	"github.com/docker/buildx/util/dockerutil"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
)

// made is a node as buildx would store it: it is made in a store of its own, so that a builder is there with all its
// nodes or not at all.
func made(ctx context.Context, client *builder.Client, opts buildxbuilder.CreateOpts) (_ store.Node, err error) {
	what := fmt.Sprintf("settling the settings of builder %q", opts.Name)
	folder, err := scratch.New("settings")
	if err != nil {
		return store.Node{}, fmt.Errorf("%s: %w", what, err)
	}
	defer func() { _ = folder.Remove() }()
	own, err := store.New(confutil.NewConfig(client.CLI(), confutil.WithDir(folder.Path)))
	if err != nil {
		return store.Node{}, fmt.Errorf("%s: %w", what, err)
	}
	txn, release, err := own.Txn()
	if err != nil {
		return store.Node{}, fmt.Errorf("%s: %w", what, err)
	}
	defer release()
	if _, err := buildxbuilder.Create(ctx, txn, client.CLI(), opts); err != nil {
		return store.Node{}, errdefs.Classify(fmt.Errorf("creating builder %q: %w", opts.Name, err), errdefs.ErrNotReady)
	}
	group, err := txn.NodeGroupByName(opts.Name)
	if err != nil || len(group.Nodes) == 0 {
		return store.Node{}, errdefs.Classify(fmt.Errorf("%s: buildx has made no node: %w", what, err), errdefs.ErrNotReady)
	}
	return group.Nodes[0], nil
}

// addNodes adds the nodes that a builder does not have yet, each with its settings, and tells of them.
func addNodes(
	ctx context.Context, client *builder.Client, group *store.NodeGroup, config Config, specs []NodeSpec,
) (added []Added, notes []string, err error) {
	for _, spec := range specs {
		if find(group, spec) >= 0 {
			continue
		}
		opts, done, err := nodeOpts(ctx, client, group, config, spec)
		if err != nil {
			return nil, nil, fmt.Errorf("adding node %q to builder %q: %w", spec.Endpoint, group.Name, err)
		}
		node, err := made(ctx, client, opts)
		done()
		if err != nil {
			return nil, nil, fmt.Errorf("adding node %q to builder %q: %w", spec.Endpoint, group.Name, err)
		}
		taken, told := takePlatforms(group, spec.Platforms)
		group.Nodes = append(group.Nodes, node)
		added = append(added, Added{Node: node.Name, taken: taken})
		if len(spec.Platforms) > 0 {
			notes = append(append(notes, spec.note()), told...)
		}
	}
	return added, notes, nil
}

// nodeOpts are the settings of a node as buildx takes them. The caller calls done once it has taken them.
func nodeOpts(
	ctx context.Context, client *builder.Client, group *store.NodeGroup, config Config, spec NodeSpec,
) (opts buildxbuilder.CreateOpts, done func(), err error) {
	opts = buildxbuilder.CreateOpts{
		Name: group.Name, NodeName: freeName(group), Driver: group.Driver, Platforms: spec.Platforms,
		Endpoint: spec.Endpoint, DriverOpts: quotedOptions(spec.DriverOpts),
	}
	switch group.Driver {
	case builder.KubernetesDriver:
		opts.Endpoint, opts.NodeName = "", nameInCluster(fmt.Sprintf("%s%d", group.Name, len(group.Nodes)))
		opts.BuildkitdFlags, opts.BuildkitdConfigFile = podFlags(config, spec), config.ConfigFile
	case builder.ContainerDriver:
		settled, err := nodeSettings(ctx, client, spec)
		if err != nil {
			return opts, nil, err
		}
		opts.DriverOpts, opts.BuildkitdConfigFile = settled.driverOpts(), settled.configFile
		return opts, settled.remove, nil
	}
	return opts, func() {}, nil
}

// nodeSettings are what a node on another engine needs to pull from where that engine pulls from.
func nodeSettings(ctx context.Context, client *builder.Client, spec NodeSpec) (settings, error) {
	api, err := dockerutil.NewClientAPI(client.CLI(), spec.Endpoint)
	if err != nil {
		return settings{}, errdefs.Classify(
			fmt.Errorf("connecting to the engine at %q: %w", spec.Endpoint, err),
			errdefs.ErrNotReady,
		)
	}
	e, err := engine.Inspect(ctx, calledEngine{api, spec.Endpoint})
	if err != nil {
		return settings{}, err
	}
	reach, err := RegistryConfigOf(e, CertificateFolders(client)...)
	if err != nil {
		return settings{}, err
	}
	return settingsOf(client, Config{Registries: reach, Proxies: e.Proxies, DriverOpts: quotedOptions(spec.DriverOpts)})
}

// calledEngine is an engine that is called as the user calls it: over ssh the client knows no name of it.
type calledEngine struct {
	engine.API
	name string
}

// DaemonHost implements [engine.API].
func (e calledEngine) DaemonHost() string { return e.name }

// freeName is one that no node of the builder has.
func freeName(group *store.NodeGroup) string {
	for i := 0; ; i++ {
		name := fmt.Sprintf("%s%d", group.Name, i)
		if !slices.ContainsFunc(group.Nodes, func(n store.Node) bool { return n.Name == name }) {
			return name
		}
	}
}

// nameInCluster makes a name fit for pods, and one that nobody else has who works in the same namespace: what is called
// the same there is taken for one's own.
func nameInCluster(name string) string {
	const longest, digits = 40, 3
	random := make([]byte, digits)
	_, _ = rand.Read(random) // which never fails
	name = regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-")
	return name[:min(len(name), longest)] + "-" + hex.EncodeToString(random)
}
