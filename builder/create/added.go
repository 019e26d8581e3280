package create

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/docker/buildx/store"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Added is a node that was added to a builder that was there.
type Added struct {
	Node string
	// taken are the platforms of the nodes that had some of its platforms, as they were before.
	taken map[string][]ocispec.Platform
}

// takePlatforms takes platforms from the nodes that declare them: each is declared by one. It tells which had them.
func takePlatforms(group *store.NodeGroup, list []string) (taken map[string][]ocispec.Platform, notes []string) {
	taken = map[string][]ocispec.Platform{}
	for i := range group.Nodes {
		node, lost := &group.Nodes[i], []string(nil)
		var kept []ocispec.Platform
		for _, p := range node.Platforms {
			if name := platforms.FormatAll(p); slices.Contains(list, name) {
				lost = append(lost, name)
			} else {
				kept = append(kept, p)
			}
		}
		if len(lost) == 0 {
			continue
		}
		taken[node.Name], node.Platforms = node.Platforms, kept
		notes = append(notes, fmt.Sprintf("%s is no longer built on node %q at %s", strings.Join(lost, ", "), node.Name,
			node.Endpoint))
	}
	return taken, notes
}

// TakeBack takes nodes out of a builder that were added to it, with their daemons, and gives the platforms back that
// they had taken from others.
func TakeBack(ctx context.Context, client *builder.Client, name string, added []Added) error {
	txn, release, err := builder.Instances(client.CLI())
	if err != nil {
		return err
	}
	defer release()
	group, err := txn.NodeGroupByName(name)
	if err != nil {
		return errdefs.Classify(fmt.Errorf("taking nodes out of builder %q again: %w", name, err), errdefs.ErrNotReady)
	}
	for _, one := range added {
		i := slices.IndexFunc(group.Nodes, func(n store.Node) bool { return n.Name == one.Node })
		if i < 0 {
			continue
		}
		_ = client.RemoveDaemon(ctx, txn, name, group.Nodes[i]) // which does not run
		group.Nodes = slices.Delete(group.Nodes, i, i+1)
		giveBack(group, one.taken)
	}
	if err := txn.Save(group); err != nil {
		return errdefs.Classify(fmt.Errorf("taking nodes out of builder %q again: %w", name, err), errdefs.ErrNotReady)
	}
	return nil
}

// giveBack gives nodes the platforms that they had, but for those that others have now.
func giveBack(group *store.NodeGroup, taken map[string][]ocispec.Platform) {
	for i := range group.Nodes {
		had, ok := taken[group.Nodes[i].Name]
		if !ok {
			continue
		}
		group.Nodes[i].Platforms = slices.DeleteFunc(slices.Clone(had), func(p ocispec.Platform) bool {
			return slices.ContainsFunc(group.Nodes, func(other store.Node) bool {
				return other.Name != group.Nodes[i].Name && slices.Contains(declaredBy(other), platforms.FormatAll(p))
			})
		})
	}
}
