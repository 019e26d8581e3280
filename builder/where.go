package builder

import (
	"strings"

	buildxbuilder "github.com/docker/buildx/builder"
)

// Where says where an endpoint is. What buildx keeps of a node in Kubernetes, the name of its Deployment and a file, is
// no address.
func Where(endpoint string) string {
	if inCluster(endpoint) {
		return "in Kubernetes"
	}
	return "at " + endpoint
}

// inCluster tells whether an endpoint is that of pods.
func inCluster(endpoint string) bool { return strings.HasPrefix(endpoint, KubernetesDriver+"://") }

// whereNode is Where, with the namespace that a node was given.
func whereNode(node buildxbuilder.Node) string {
	if namespace := node.DriverOpts["namespace"]; namespace != "" && inCluster(node.Endpoint) {
		return Where(node.Endpoint) + ", namespace " + namespace
	}
	return Where(node.Endpoint)
}
