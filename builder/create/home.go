package create

import (
	"fmt"
	"slices"

	"github.com/docker/buildx/util/dockerutil"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// askedOf are the settings of a builder of that driver. The first node of one of containers is in the engine in use:
// what is said for a node there is said for that one. The caller calls remove once buildx has read the file.
func askedOf(client *builder.Client, config Config, driver string) (settings, error) {
	if driver != builder.ContainerDriver || len(config.Nodes) == 0 {
		return settingsOf(client, config)
	}
	endpoint, err := currentEndpoint(client)
	if err != nil {
		return settings{}, err
	}
	i := slices.IndexFunc(config.Nodes, func(n NodeSpec) bool { return sameAs(n.Endpoint) == sameAs(endpoint) })
	if i < 0 {
		return settingsOf(client, config)
	}
	own := config.Nodes[i]
	if len(own.DriverOpts) > 0 {
		config.DriverOpts = quotedOptions(mergedOptions(fieldsOf(config.DriverOpts), own.DriverOpts))
	}
	asked, err := settingsOf(client, config)
	asked.platforms = own.Platforms
	return asked, err
}

// currentEndpoint is how buildx names the engine in use.
func currentEndpoint(client *builder.Client) (string, error) {
	endpoint, err := dockerutil.GetCurrentEndpoint(client.CLI())
	if err != nil {
		err = errdefs.Classify(fmt.Errorf("finding the endpoint of the docker context: %w", err), errdefs.ErrNotReady)
	}
	return endpoint, err
}
