package builder

import (
	"strings"

	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/store"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Remover is the command that removes what runs of a node, for one that could not be told to end it; empty: nothing was
// made for the node. Nothing is contacted.
func Remover(of string, node store.Node) string {
	switch of {
	case ContainerDriver:
		docker := "docker --context "
		if strings.Contains(node.Endpoint, "://") {
			docker = "docker --host "
		}
		docker += visible.Quote(node.Endpoint)
		container := visible.Quote(driver.BuilderName(node.Name))
		return docker + " rm --force " + container + " && " + docker + " volume rm --force " + container + stateSuffix
	case KubernetesDriver:
		kind, name := "deployment/", podsNamed(node.Name)
		if node.DriverOpts[ClaimOption] != "" {
			kind = "statefulset/"
		}
		return kubectlOf(node) + " delete --ignore-not-found " + kind + name + " configmap/" + name + "-config"
	}
	return ""
}

// kubectlOf is kubectl for what is in the namespace of a node.
func kubectlOf(node store.Node) string {
	kubectl := "kubectl"
	if file := kubeconfigOf(node.Endpoint); file != "" {
		kubectl += " --kubeconfig " + visible.Quote(file)
	}
	if namespace := node.DriverOpts["namespace"]; namespace != "" {
		kubectl += " --namespace " + visible.Quote(namespace)
	}
	return kubectl
}
