package builder

import "strings"

// ClaimOption is the option of the driver kubernetes that keeps the cache of a pod in a persistent volume claim.
const ClaimOption = "persistent-volume-claim.requests.storage"

// Claims are the commands that remove the claims of a builder in Kubernetes, which stay when it is removed: Kubernetes
// keeps what a StatefulSet has claimed. Nothing is contacted.
func (c *Client) Claims(name string) (commands []string) {
	txn, release, err := Instances(c.dockerCLI)
	if err != nil {
		return nil
	}
	defer release()
	group, err := txn.NodeGroupByName(name)
	if err != nil || group.Driver != KubernetesDriver {
		return nil
	}
	for _, node := range group.Nodes {
		if node.DriverOpts[ClaimOption] == "" {
			continue
		}
		selector := "app=" + podsNamed(node.Name)
		commands = append(commands, kubectlOf(node)+" delete persistentvolumeclaims --selector "+selector)
	}
	return commands
}

// podsNamed is what the pods of a node are called by.
func podsNamed(node string) string { return strings.ReplaceAll(node, "_", "-") }
