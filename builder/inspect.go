package builder

import (
	"context"
	"strings"

	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Survey is what is known of a builder without starting it.
type Survey struct {
	Name, Driver, Endpoint string
	// Stopped are the nodes that are needed and do not run, and that a build starts.
	Stopped []string
	// Placements are in the order of the platforms asked about.
	Placements []Placement
	// OtherEngine is the address of the engine in use, where the builder is a container of another one: then images are
	// built there and loaded here. Empty where it is the same, or where the driver has no engine.
	OtherEngine string
}

// Placement says where one platform is built.
type Placement struct {
	Platform ocispec.Platform
	// Node is the node's name, empty when it is not known or none can.
	Node string
	// Native is true when the node runs programs of the platform without an emulator, as its worker says; one that is
	// stopped, and declares the platform, is taken at its word.
	Native bool
	// Declared is true where the node was given the platform, and Own what the node is of; empty: that is not known.
	Declared bool
	Own      ocispec.Platform
	// Down is why the node is out of reach; empty: it is not.
	Down string
	// Engine is the docker context, or the address, of the engine that the node is a container of; empty: of none that
	// could be reached.
	Engine string
}

// Inspect surveys the builder called name; it starts and changes nothing. One that runs and cannot serve is refused
// as by
// [Client.Boot].
func (c *Client) Inspect(ctx context.Context, name string, asked []ocispec.Platform) (Survey, error) {
	found, err := c.Load(ctx, name, Need{Platforms: asked})
	if found == nil {
		return Survey{}, err
	}
	return Survey{
		Name: found.Name, Driver: found.Driver, Endpoint: found.Endpoint,
		Stopped: found.Stopped(), Placements: found.Placements(asked),
		OtherEngine: otherEngine(c.dockerCLI, found.Driver, found.Endpoint),
	}, err
}

// otherEngine is the engine in use, unless it is the one the builder's container runs in.
func otherEngine(dockerCLI command.Cli, driver, endpoint string) string {
	if driver != ContainerDriver && driver != DockerDriver {
		return ""
	}
	host := endpoint
	if !strings.Contains(endpoint, "://") { // the name of a docker context
		meta, err := dockerutil.GetDockerEndpoint(dockerCLI, endpoint)
		if err != nil || meta == nil {
			return ""
		}
		host = meta.Host
	}
	if used := dockerCLI.DockerEndpoint().Host; used != host {
		return used
	}
	return ""
}

// Placements says where the platforms are built.
func (b *Builder) Placements(asked []ocispec.Platform) []Placement {
	var out []Placement
	for _, p := range asked {
		placement := Placement{Platform: p}
		if i := b.place(p); i >= 0 && (runs(b.nodes[i]) || b.declares(i, p)) {
			placement.Node, placement.Native = b.nodes[i].Name, b.isNative(i, p)
			placement.Declared, placement.Own = b.declares(i, p), b.natives[i]
			placement.Down = b.downLine(i)
			placement.Engine = engineAt(b.dockerCLI, b.Driver, b.nodes[i].Endpoint)
		}
		out = append(out, placement)
	}
	return out
}
