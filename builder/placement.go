package builder

import (
	"context"
	"fmt"

	buildxbuilder "github.com/docker/buildx/builder"
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
	found, err := load(ctx, dockerCLI, b)
	if err != nil {
		return Survey{}, err
	}
	s := Survey{
		Name: found.Name, Driver: found.Driver, Endpoint: found.Endpoint,
		Running: allRun(found.nodes), Placements: found.Placements(asked),
	}
	return s, nil
}

// Placements says where the platforms are built.
func (b *Builder) Placements(asked []ocispec.Platform) []Placement {
	var out []Placement
	for _, p := range asked {
		placement := Placement{Platform: p}
		if i := b.place(p); i >= 0 && (runs(b.nodes[i]) || b.declares(i, p)) {
			placement.Node, placement.Native = b.nodes[i].Name, b.isNative(i, p)
		}
		out = append(out, placement)
	}
	return out
}
