package create

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

// clusterNode is the endpoint of a node in Kubernetes: where that is, the configuration of its client says.
const clusterNode = "kubernetes"

// NodeSpec is a node of a builder: an engine, a BuildKit daemon, or pods in Kubernetes.
type NodeSpec struct {
	// Platforms are what the node declares: they are built there and nowhere else.
	Platforms []string
	// Endpoint is a docker context, or an address such as ssh://host or tcp://host:port, or kubernetes.
	Endpoint string
	// DriverOpts are options of the driver for this node alone, each KEY=VALUE.
	DriverOpts []string
}

// ParseNode reads PLATFORM[+PLATFORM...]=ENDPOINT[,KEY=VALUE...], where an option with commas in it is quoted as in
// CSV. Its errors are of class [errdefs.ErrInput].
func ParseNode(text string) (NodeSpec, error) {
	list, rest, found := strings.Cut(text, "=")
	fields, err := keyvalue.Fields(rest)
	if !found || list == "" || err != nil || fields[0] == "" {
		return NodeSpec{}, errdefs.Classify(
			fmt.Errorf("%q is not PLATFORM=ENDPOINT, for example linux/arm64=ssh://host", ShownNode(text)),
			errdefs.ErrInput,
		)
	}
	for _, option := range fields[1:] {
		if err := keyvalue.Check(option); err != nil {
			return NodeSpec{}, errdefs.Classify(
				fmt.Errorf("%q has an option that is not KEY=VALUE: %w; one with commas in it is quoted: \"KEY=A,B\"",
					ShownNode(text), err), errdefs.ErrInput)
		}
	}
	return NodeSpec{Platforms: strings.Split(list, "+"), Endpoint: fields[0], DriverOpts: fields[1:]}, nil
}

// note tells the user of the node.
func (n NodeSpec) note() string {
	if n.Endpoint == clusterNode {
		return strings.Join(n.Platforms, ", ") + " is built by pods in Kubernetes"
	}
	return fmt.Sprintf("%s is built on the node at %s", strings.Join(n.Platforms, ", "), n.ShownEndpoint())
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
		inCluster := spec.Endpoint == clusterNode
		switch {
		case driver == builder.ContainerDriver && spec.isDaemon():
			return &DaemonNodeError{Endpoint: spec.Endpoint}
		case driver == builder.RemoteDriver && !strings.Contains(spec.Endpoint, "://"):
			return errdefs.Classify(fmt.Errorf("a node of the driver %s is not %s, which is a docker context; give "+
				"tcp://HOST:PORT or ssh://HOST", driver, spec.Endpoint), errdefs.ErrInput)
		case inCluster != (driver == builder.KubernetesDriver):
			err := fmt.Errorf("the nodes of a builder of the driver %s are not at %s", driver, spec.Endpoint)
			if driver == builder.KubernetesDriver {
				err = fmt.Errorf("a node of the driver %s is not at %s, but at %s", driver, spec.Endpoint, clusterNode)
			}
			return errdefs.Classify(err, errdefs.ErrInput)
		}
	}
	return nil
}

// driverOf is the driver of a builder that has to be made: the one that is asked for, else what all of the nodes are;
// remote only where the user names the builder.
func driverOf(config Config) string {
	if config.Driver != "" {
		return config.Driver
	}
	all := func(is func(NodeSpec) bool) bool {
		return len(config.Nodes) > 0 && !slices.ContainsFunc(config.Nodes, func(n NodeSpec) bool { return !is(n) })
	}
	switch {
	case config.Named && all(NodeSpec.isDaemon):
		return builder.RemoteDriver
	case all(func(n NodeSpec) bool { return n.Endpoint == clusterNode }):
		return builder.KubernetesDriver
	}
	return builder.ContainerDriver
}
