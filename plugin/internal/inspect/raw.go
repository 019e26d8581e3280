package inspect

import (
	"context"
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// Raw reads the manifest or index of a name as the registry has it.
func Raw(
	ctx context.Context,
	h dockercli.Host,
	t dockercli.Trust,
	notify func(string),
	name ref.Image,
) ([]byte, error) {
	repository, err := h.Registries(t, notify).Repository(ctx, name.Name, registry.Pull)
	if err != nil {
		return nil, failure.Interrupted(ctx, fmt.Errorf("opening %q: %w", name.Name.Name(), err))
	}
	_, body, err := repository.Resolve(ctx, name.Ref)
	if err != nil {
		return nil, failure.Interrupted(ctx, fmt.Errorf("reading %q: %w", name, err))
	}
	return body, nil
}
