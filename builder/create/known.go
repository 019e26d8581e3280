package create

import (
	"slices"
	"strings"

	"github.com/docker/buildx/store"
	"github.com/docker/cli/cli/context/docker"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// leadsTo is what the machine behind an endpoint is known by: a docker context leads to the address of its engine.
func leadsTo(client *builder.Client, endpoint string) string {
	if endpoint == clusterNode || strings.Contains(endpoint, "://") {
		return sameAs(endpoint)
	}
	meta, err := client.CLI().ContextStore().GetMetadata(endpoint)
	if err != nil {
		return endpoint
	}
	if at, err := docker.EndpointFromContext(meta); err == nil && at.Host != "" {
		return sameAs(at.Host)
	}
	return endpoint
}

// asKnown is the config with each node named as the builder names it or, where nodes are engines, as the one in use is
// named: an engine that is given once as a docker context and once by its address is one node.
func (c Config) asKnown(client *builder.Client, group *store.NodeGroup, driver string) (Config, error) {
	known, names := whatHas(group)
	if driver == builder.ContainerDriver {
		endpoint, err := currentEndpoint(client)
		if err != nil {
			return c, err
		}
		known = append(known, endpoint)
	}
	c.Nodes, c.RemoveNodes = slices.Clone(c.Nodes), slices.Clone(c.RemoveNodes)
	for i, spec := range c.Nodes {
		c.Nodes[i].Endpoint = knownAs(client, known, spec.Endpoint)
	}
	for i, which := range c.RemoveNodes {
		if !slices.Contains(names, which) {
			c.RemoveNodes[i] = knownAs(client, known, which)
		}
	}
	return c, nil
}

// whatHas are the endpoints and the names of the nodes of a builder; nil: there is none.
func whatHas(group *store.NodeGroup) (endpoints, names []string) {
	if group == nil {
		return nil, nil
	}
	for _, node := range group.Nodes {
		endpoints, names = append(endpoints, node.Endpoint), append(names, node.Name)
	}
	return endpoints, names
}

// knownAs is the one of the endpoints that leads where endpoint does: itself before others, and where there is none.
func knownAs(client *builder.Client, known []string, endpoint string) string {
	if slices.ContainsFunc(known, func(k string) bool { return sameAs(k) == sameAs(endpoint) }) {
		return endpoint
	}
	at := leadsTo(client, endpoint)
	for _, k := range known {
		if leadsTo(client, k) == at {
			return k
		}
	}
	return endpoint
}
