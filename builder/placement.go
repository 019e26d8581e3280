package builder

import (
	"context"
	"fmt"

	"github.com/containerd/platforms"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Survey is what is known of a builder without starting it.
type Survey struct {
	Name, Driver, Endpoint string
	// Running is false when a node is stopped: where a platform will be built is not known then.
	Running bool
	// Placements are in the order of the platforms asked about.
	Placements []Placement
}

// Placement says where one platform is built.
type Placement struct {
	Platform ocispec.Platform
	// Node is the node's name, empty when it is not known or none can.
	Node string
	// Native is true when the node runs programs of the platform without an emulator, or declares the platform.
	Native bool
}

// Look surveys the builder called name; it starts and changes nothing.
func Look(ctx context.Context, dockerCLI command.Cli, name string, asked []ocispec.Platform) (Survey, error) {
	b, err := buildxbuilder.New(dockerCLI, buildxbuilder.WithName(name))
	if err != nil {
		return Survey{}, classify(fmt.Errorf("looking at builder %q: %w", name, err), ErrNotReady)
	}
	nodes, err := b.LoadNodes(ctx, buildxbuilder.WithData())
	if err != nil {
		return Survey{}, classify(fmt.Errorf("looking at builder %q: %w", name, err), ErrNotReady)
	}
	return survey(b.Name, b.Driver, nodes, asked), nil
}

// Placements says where the platforms are built.
func (b *Builder) Placements(asked []ocispec.Platform) []Placement {
	return survey(b.Name, b.Driver, b.nodes, asked).Placements
}

func survey(name, driverName string, nodes []buildxbuilder.Node, asked []ocispec.Platform) Survey {
	s := Survey{Name: name, Driver: driverName, Running: true}
	for i, node := range nodes {
		if i == 0 {
			s.Endpoint = node.Endpoint
		}
		if node.DriverInfo == nil || node.DriverInfo.Status != driver.Running {
			s.Running = false
		}
	}
	for _, p := range asked {
		s.Placements = append(s.Placements, place(p, nodes))
	}
	return s
}

// place finds the node buildx would choose: the first that names the platform, else the first that can emulate it.
func place(p ocispec.Platform, nodes []buildxbuilder.Node) Placement {
	for _, node := range nodes {
		for _, can := range node.Platforms {
			if platforms.OnlyStrict(can).Match(p) {
				return Placement{Platform: p, Node: node.Name, Native: native(p, node)}
			}
		}
	}
	return Placement{Platform: p}
}

// native looks at what the node declares, and at the first platform its worker reports, which is its own.
func native(p ocispec.Platform, node buildxbuilder.Node) bool {
	declared := node.Node.Platforms
	for _, d := range declared {
		if platforms.OnlyStrict(d).Match(p) {
			return true
		}
	}
	if len(node.Platforms) <= len(declared) {
		return false
	}
	return platforms.Only(node.Platforms[len(declared)]).Match(p)
}
