package localtest

import (
	"context"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	dockerclient "github.com/moby/moby/client"
)

// ForgetDigest removes what an engine has pulled by the digest in a name, where it has no other name by now: with a tag
// of the same repository it would lose that too. One that a container uses stays.
func ForgetDigest(ctx context.Context, engine Loader, name string) error {
	inspected, err := engine.ImageInspect(ctx, name)
	if err == nil && len(inspected.RepoTags) == 0 {
		_, err = engine.ImageRemove(ctx, name, dockerclient.ImageRemoveOptions{PruneChildren: true})
	}
	if err != nil && !cerrdefs.IsNotFound(err) && !cerrdefs.IsConflict(err) {
		return fmt.Errorf("removing the pulled image %q: %w", name, err)
	}
	return nil
}
