package create

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
)

// inCluster refuses what buildx's driver kubernetes does not do: it reads one kubeconfig, and gives pods with a claim
// no configuration, as it mounts nothing else in them then.
func (c checking) inCluster() error {
	const claim = builder.ClaimOption
	if config := os.Getenv("KUBECONFIG"); c.group == nil && len(filepath.SplitList(config)) > 1 {
		return fmt.Errorf("KUBECONFIG %q names several files, and nodes in Kubernetes are made of one: write it with "+
			"`(umask 077; kubectl config view --raw --flatten > FILE)`, and give KUBECONFIG=FILE", config)
	}
	if c.group == nil || len(c.config.Nodes) > 0 { // which are made with it
		if err := cluster.CheckConfig(); err != nil {
			return fmt.Errorf("nodes in Kubernetes: %w", err)
		}
	}
	if c.config.ConfigFile == "" {
		return nil
	}
	all := NodeSpec{DriverOpts: c.config.overrides(builder.KubernetesDriver)}
	specs := append(c.config.specs(builder.KubernetesDriver), all)
	for _, spec := range specs {
		has := func(key string) bool {
			return slices.ContainsFunc(spec.DriverOpts, func(option string) bool {
				value, is := strings.CutPrefix(option, key+"=")
				return is && value != "" && value != "false"
			})
		}
		if has(claim) && !has("rootless") {
			return fmt.Errorf("--driver-opt %s: pods with a claim are not given the settings %q, as buildx's driver mounts the "+
				"claim in their place; leave one of the two out", claim, c.config.ConfigFile)
		}
	}
	return nil
}
