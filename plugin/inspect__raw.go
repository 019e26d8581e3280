package plugin

import (
	"context"
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// readRaw reads the manifest or index of a name as the registry has it.
func readRaw(ctx context.Context, h host, t trust, notify func(string), name sourceName) ([]byte, error) {
	repository, err := h.registries(t, notify).Repository(ctx, name.name, registry.Pull)
	if err != nil {
		return nil, interrupted(ctx, fmt.Errorf("opening %q: %w", name.name.Name(), err))
	}
	_, body, err := repository.Resolve(ctx, name.ref)
	if err != nil {
		return nil, interrupted(ctx, fmt.Errorf("reading %q: %w", name, err))
	}
	return body, nil
}
