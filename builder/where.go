package builder

import (
	"strings"

	buildxbuilder "github.com/docker/buildx/builder"
)

// where says where an endpoint is. What buildx keeps of a node in Kubernetes, the name of its Deployment and a file, is
// no address.
func where(endpoint string) string {
	if inCluster(endpoint) {
		return "in Kubernetes"
	}
	return "at " + endpoint
}

// inCluster tells whether an endpoint is that of pods.
func inCluster(endpoint string) bool { return strings.HasPrefix(endpoint, KubernetesDriver+"://") }

// whereNode is where, with the namespace that a node was given.
func whereNode(node buildxbuilder.Node) string {
	if namespace := node.DriverOpts["namespace"]; namespace != "" && inCluster(node.Endpoint) {
		return where(node.Endpoint) + ", namespace " + namespace
	}
	return where(node.Endpoint)
}
