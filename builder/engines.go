package builder

import (
	"cmp"
	"net/url"

	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// engineOf is the engine of a node: nodes of other drivers are no containers of one.
func engineOf(driver, endpoint string) string {
	if driver != ContainerDriver && driver != DockerDriver {
		return ""
	}
	return endpoint
}

// engineAt is engineOf, and knows also of which engine a daemon is a container that docker exec speaks to: of the one
// in use, where no context is named.
func engineAt(dockerCLI command.Cli, driver, endpoint string) string {
	at, err := url.Parse(endpoint)
	if err != nil || driver != RemoteDriver || at.Scheme != "docker-container" {
		return engineOf(driver, endpoint)
	}
	return cmp.Or(at.Query().Get("context"), New(dockerCLI).Endpoint())
}

// Declared says for each platform that a node of the builder called name was given which node that is, as it is noted.
// Nothing is contacted, and of a builder that is not there nothing is known.
func (c *Client) Declared(name string) (list []Placement) {
	txn, release, err := Instances(c.dockerCLI)
	if err != nil {
		return nil
	}
	defer release()
	group, err := txn.NodeGroupByName(name)
	if err != nil {
		return nil
	}
	for _, node := range group.Nodes {
		for _, p := range node.Platforms {
			list = append(list, Placement{
				Platform: p, Node: node.Name, Native: true, Engine: engineAt(c.dockerCLI, group.Driver, node.Endpoint),
			})
		}
	}
	return list
}

// Declaring is what declares a platform in a list of what nodes declare, under the name of the platform.
func Declaring(list []Placement, p ocispec.Platform) Placement {
	for _, placement := range list {
		if lists([]ocispec.Platform{placement.Platform}, p) {
			placement.Platform = p
			return placement
		}
	}
	return Placement{Platform: p}
}
