package release

import (
	"context"
	"fmt"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// CheckPush asks a repository for the right to push, which signing in does not tell everywhere, before anything is made
// for it. Errors are *Error.
func CheckPush(ctx context.Context, client *registry.Client, name reference.NamedTagged) error {
	repository, err := client.Repository(ctx, name, registry.Push)
	if err == nil {
		err = repository.CheckPush(ctx)
	}
	if err != nil {
		return NotBegun([]Target{TargetOf(name)}, 0, fmt.Errorf("opening %q: %w", name.Name(), err))
	}
	return nil
}
