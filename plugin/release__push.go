package plugin

import (
	"context"
	"fmt"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// checkPush asks a repository for the right to push, which signing in does not tell everywhere, before anything is made
// for it. Errors are *releaseError.
func checkPush(ctx context.Context, client *registry.Client, name reference.NamedTagged) error {
	repository, err := client.Repository(ctx, name, registry.Push)
	if err == nil {
		err = repository.CheckPush(ctx)
	}
	if err != nil {
		return notBegun([]releaseTarget{targetOf(name)}, 0, fmt.Errorf("opening %q: %w", name.Name(), err))
	}
	return nil
}
