package builder

import (
	"net/url"
	"os"
	"slices"
	"strings"

	kubecontext "github.com/docker/buildx/driver/kubernetes/context"
	"github.com/docker/buildx/store"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
)

// Home is where a builder in Kubernetes builds a platform, as its tests can be run there as well: the context, the
// namespace, the labels of the nodes, and the taints that are no hindrance. It is false for any other builder. Nothing
// is contacted.
func (c *Client) Home(name string, of ocispec.Platform) (home cluster.Place, is bool) {
	txn, release, err := Instances(c.dockerCLI)
	if err != nil {
		return home, false
	}
	defer release()
	group, err := txn.NodeGroupByName(name)
	if err != nil || group.Driver != KubernetesDriver || len(group.Nodes) == 0 {
		return home, false
	}
	node, declares := nodeFor(group, of)
	config, err := kubecontext.ConfigFromEndpoint(node.Endpoint, c.dockerCLI.ContextStore())
	if err != nil {
		return home, false
	}
	raw, err := config.RawConfig()
	if err != nil {
		return home, false
	}
	namespace := node.DriverOpts["namespace"]
	if namespace == "" {
		if namespace, _, err = config.Namespace(); err != nil {
			return home, false
		}
	}
	home.At = raw.CurrentContext + "/" + namespace
	home.Kubeconfig = kubeconfigOf(node.Endpoint)
	if declares {
		home.Selector = labelsOf(node.DriverOpts["nodeselector"])
		home.Tolerations = cluster.TolerationsOf(node.DriverOpts["tolerations"])
	}
	return home, !strings.Contains(home.Kubeconfig, ",") // a place could not be written so
}

// nodeFor is the node that declares a platform, or the only one that there is; else one of them.
func nodeFor(group *store.NodeGroup, of ocispec.Platform) (node store.Node, declares bool) {
	i := slices.IndexFunc(group.Nodes, func(n store.Node) bool { return lists(n.Platforms, of) })
	return group.Nodes[max(i, 0)], i >= 0 || len(group.Nodes) == 1
}

// kubeconfigOf is the kubeconfig that is written in an endpoint; empty: the one in use, or none.
func kubeconfigOf(endpoint string) string {
	at, err := url.Parse(endpoint)
	if err != nil || at.Scheme != KubernetesDriver {
		return ""
	}
	file := at.Query().Get("kubeconfig")
	if file == os.Getenv("KUBECONFIG") {
		return ""
	}
	return file
}

// labelsOf are the labels of the driver's option nodeselector, each KEY=VALUE.
func labelsOf(option string) []string {
	if option = strings.Trim(option, `"`); option == "" {
		return nil
	}
	return strings.Split(option, ",")
}
