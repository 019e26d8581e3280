package builder

import (
	"context"
	"fmt"
	"slices"
	"strings"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/store"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/cli/cli/command"
)

// NodeSpec is a further node of a builder: an engine, or a BuildKit daemon where the builder's driver is remote.
type NodeSpec struct {
	// Platforms are what the node declares: they are built there and nowhere else.
	Platforms []string
	// Endpoint is a docker context, or an address such as ssh://host or tcp://host:port.
	Endpoint string
}

// ParseNode reads PLATFORM[+PLATFORM...]=ENDPOINT. Its errors are of class [ErrInput].
func ParseNode(text string) (NodeSpec, error) {
	platforms, endpoint, found := strings.Cut(text, "=")
	if !found || platforms == "" || endpoint == "" {
		return NodeSpec{}, classify(fmt.Errorf("--node %q is not PLATFORM=ENDPOINT, for example linux/arm64=ssh://host",
			text), ErrInput)
	}
	return NodeSpec{Platforms: strings.Split(platforms, "+"), Endpoint: endpoint}, nil
}

// checkNodes refuses what a builder of that driver cannot have.
func checkNodes(driver string, specs []NodeSpec) error {
	for _, spec := range specs {
		if driver == containerDriver && strings.HasPrefix(spec.Endpoint, "tcp://") {
			return classify(fmt.Errorf("--node %s needs the driver remote, and all nodes of a builder have one driver: make "+
				"a builder with `docker buildx create --driver remote` and --append, and name it with --builder",
				spec.Endpoint), ErrInput)
		}
	}
	return nil
}

// appendNodes adds the nodes that a builder does not have yet, as `docker buildx create --append` does. A node that
// is an engine gets settings that follow from that engine.
func appendNodes(
	ctx context.Context, txn *store.Txn, dockerCLI command.Cli, group *store.NodeGroup, specs []NodeSpec,
) (notes []string, err error) {
	for _, spec := range specs {
		if slices.ContainsFunc(group.Nodes, func(n store.Node) bool { return n.Endpoint == spec.Endpoint }) {
			continue
		}
		opts := buildxbuilder.CreateOpts{
			Name: group.Name, Driver: group.Driver, Append: true, Platforms: spec.Platforms, Endpoint: spec.Endpoint,
		}
		if group.Driver == containerDriver {
			want, err := nodeSettings(ctx, dockerCLI, spec.Endpoint)
			if err != nil {
				return nil, err
			}
			defer want.remove()
			opts.DriverOpts, opts.BuildkitdConfigFile = want.driverOpts(), want.configFile
		}
		if _, err := buildxbuilder.Create(ctx, txn, dockerCLI, opts); err != nil {
			return nil, classify(fmt.Errorf("adding node %q to builder %q: %w", spec.Endpoint, group.Name, err), ErrNotReady)
		}
		notes = append(notes, fmt.Sprintf("%s is built on the node at %s", strings.Join(spec.Platforms, ", "), spec.Endpoint))
	}
	return notes, nil
}

// nodeSettings are what a node on another engine needs to pull from where that engine pulls from.
func nodeSettings(ctx context.Context, dockerCLI command.Cli, endpoint string) (settings, error) {
	api, err := dockerutil.NewClientAPI(dockerCLI, endpoint)
	if err != nil {
		return settings{}, classify(fmt.Errorf("connecting to the engine at %q: %w", endpoint, err), ErrNotReady)
	}
	engine, err := InspectEngine(ctx, api)
	if err != nil {
		return settings{}, err
	}
	reach, err := ReachOf(engine, CertificateFolders(dockerCLI)...)
	if err != nil {
		return settings{}, err
	}
	return settingsOf(dockerCLI, Config{Reach: reach, Proxies: engine.Proxies})
}
