package create

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/store"
	"github.com/docker/buildx/util/dockerutil"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// NodeSpec is a further node of a builder: an engine, or a BuildKit daemon where the builder's driver is remote.
type NodeSpec struct {
	// Platforms are what the node declares: they are built there and nowhere else.
	Platforms []string
	// Endpoint is a docker context, or an address such as ssh://host or tcp://host:port.
	Endpoint string
}

// ParseNode reads PLATFORM[+PLATFORM...]=ENDPOINT. Its errors are of class [errdefs.ErrInput].
func ParseNode(text string) (NodeSpec, error) {
	list, endpoint, found := strings.Cut(text, "=")
	if !found || list == "" || endpoint == "" {
		return NodeSpec{}, errdefs.Classify(
			fmt.Errorf("%q is not PLATFORM=ENDPOINT, for example linux/arm64=ssh://host", text),
			errdefs.ErrInput,
		)
	}
	return NodeSpec{Platforms: strings.Split(list, "+"), Endpoint: endpoint}, nil
}

// note tells the user of the node.
func (n NodeSpec) note() string {
	return fmt.Sprintf("%s is built on the node at %s", strings.Join(n.Platforms, ", "), n.Endpoint)
}

// isDaemon tells a BuildKit daemon, which only the driver remote takes, from an engine that is to run one.
func (n NodeSpec) isDaemon() bool {
	scheme, _, _ := strings.Cut(n.Endpoint, "://")
	return slices.Contains([]string{"tcp", "docker-container", "kube-pod", "podman-container"}, scheme)
}

// DaemonNodeError is a BuildKit daemon that a builder of engines was to have as a node: it takes a builder whose nodes
// are all daemons. It is of class [errdefs.ErrInput].
type DaemonNodeError struct{ Endpoint string }

// Error implements error.
func (e *DaemonNodeError) Error() string {
	return fmt.Sprintf("node %s needs the driver remote, and all nodes of a builder have one driver", e.Endpoint)
}

// Unwrap gives the class.
func (e *DaemonNodeError) Unwrap() error { return errdefs.ErrInput }

// checkNodes refuses what a builder of that driver cannot have.
func checkNodes(driver string, specs []NodeSpec) error {
	for _, spec := range specs {
		if driver == builder.ContainerDriver && spec.isDaemon() {
			return &DaemonNodeError{Endpoint: spec.Endpoint}
		}
	}
	return nil
}

// driverOf is the driver of a builder that has to be made: remote where the user names it and all its nodes are
// BuildKit daemons.
func driverOf(config Config) string {
	remote := config.Named && len(config.Nodes) > 0
	for _, spec := range config.Nodes {
		remote = remote && spec.isDaemon()
	}
	if remote {
		return builder.RemoteDriver
	}
	return builder.ContainerDriver
}

// nodeDifferences tells nodes that declare other platforms than they are to.
func nodeDifferences(group *store.NodeGroup, specs []NodeSpec) []string {
	var out []string
	for _, spec := range specs {
		for _, node := range group.Nodes {
			declared := declaredBy(node)
			if node.Endpoint == spec.Endpoint && !slices.Equal(declared, spec.Platforms) {
				out = append(out, fmt.Sprintf("its node at %s is for %q, not %q", node.Endpoint,
					strings.Join(declared, ", "), strings.Join(spec.Platforms, ", ")))
			}
		}
	}
	return out
}

// declaredBy are the platforms that a node was given.
func declaredBy(node store.Node) []string {
	var out []string
	for _, p := range node.Platforms {
		out = append(out, platforms.FormatAll(p))
	}
	return out
}

// withNodesOf adds to the nodes asked for those that a builder had beside its first, which outlive its replacement.
func withNodesOf(group *store.NodeGroup, specs []NodeSpec) []NodeSpec {
	out := slices.Clone(specs)
	for _, node := range group.Nodes[min(1, len(group.Nodes)):] {
		if !slices.ContainsFunc(specs, func(spec NodeSpec) bool { return spec.Endpoint == node.Endpoint }) {
			out = append(out, NodeSpec{Platforms: declaredBy(node), Endpoint: node.Endpoint})
		}
	}
	return out
}

// appendNodes adds the nodes that a builder does not have yet, as `docker buildx create --append` does. A node that
// is an engine gets settings that follow from that engine.
func appendNodes(
	ctx context.Context, txn *store.Txn, client *builder.Client, group *store.NodeGroup, config Config,
) (notes []string, err error) {
	for _, spec := range config.Nodes {
		if slices.ContainsFunc(group.Nodes, func(n store.Node) bool { return n.Endpoint == spec.Endpoint }) {
			continue
		}
		opts := buildxbuilder.CreateOpts{
			Name: group.Name, Driver: group.Driver, Append: true, Platforms: spec.Platforms, Endpoint: spec.Endpoint,
		}
		if group.Driver == builder.RemoteDriver {
			opts.DriverOpts = config.DriverOpts // its certificates
		}
		if group.Driver == builder.ContainerDriver {
			settled, err := nodeSettings(ctx, client, spec.Endpoint)
			if err != nil {
				return nil, err
			}
			defer settled.remove()
			opts.DriverOpts, opts.BuildkitdConfigFile = settled.driverOpts(), settled.configFile
		}
		if _, err := buildxbuilder.Create(ctx, txn, client.CLI(), opts); err != nil {
			return nil, errdefs.Classify(
				fmt.Errorf("adding node %q to builder %q: %w", spec.Endpoint, group.Name, err),
				errdefs.ErrNotReady,
			)
		}
		notes = append(notes, spec.note())
	}
	return notes, nil
}

// nodeSettings are what a node on another engine needs to pull from where that engine pulls from.
func nodeSettings(ctx context.Context, client *builder.Client, endpoint string) (settings, error) {
	api, err := dockerutil.NewClientAPI(client.CLI(), endpoint)
	if err != nil {
		return settings{}, errdefs.Classify(
			fmt.Errorf("connecting to the engine at %q: %w", endpoint, err),
			errdefs.ErrNotReady,
		)
	}
	e, err := engine.Inspect(ctx, api)
	if err != nil {
		return settings{}, err
	}
	reach, err := RegistryConfigOf(e, CertificateFolders(client)...)
	if err != nil {
		return settings{}, err
	}
	return settingsOf(client, Config{Registries: reach, Proxies: e.Proxies})
}
