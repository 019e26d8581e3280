package plugin

import (
	"context"
	"fmt"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// inspectRaw prints the manifest or index of a name as the registry has it.
func inspectRaw(ctx context.Context, dockerCLI command.Cli, options inspectOptions) error {
	if options.local || options.format != formatTable {
		return usageError("--raw prints the registry's bytes; it goes with neither --local nor --format")
	}
	name, err := parseSource(options.name)
	if err != nil {
		return err
	}
	client := hostOf(dockerCLI).registries(options.trust(), func(message string) { say(dockerCLI, "%s", message) })
	repository, err := client.Repository(ctx, name.name, registry.Pull)
	if err != nil {
		return interrupted(ctx, fmt.Errorf("opening %q: %w", name.name.Name(), err))
	}
	_, body, err := repository.Resolve(ctx, name.ref)
	if err != nil {
		return interrupted(ctx, fmt.Errorf("reading %q: %w", name, err))
	}
	_, err = dockerCLI.Out().Write(body)
	return err
}
