package plugin

import (
	"context"
	"fmt"
	"os"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// elsewhere explains a source that is not in its registry: it may be a draft that is not published yet, or be in the
// engine only.
func elsewhere(ctx context.Context, dockerCLI command.Cli, image sourceName, err error) error {
	name := image.String()
	tagged, tagErr := reference.WithTag(image.name, image.ref)
	switch {
	case tagErr != nil: // a digest is in no draft's name
		return err
	case isDraft(ctx, dockerCLI, tagged):
		return fail(nil, fmt.Errorf("%s is a draft only, not in its registry: %w", name, err),
			"docker multiplat publish "+name)
	case inEngine(ctx, dockerCLI, name):
		return fail(nil, fmt.Errorf("%s is in the engine only, not in its registry: %w", name, err),
			"docker push "+name+"   (then merge again; or build it with docker multiplat build)")
	}
	return err
}

// isDraft tells whether the store has a draft of that name. A store that is not there is not made.
func isDraft(ctx context.Context, dockerCLI command.Cli, name reference.NamedTagged) bool {
	if _, err := os.Stat(storeFolder(dockerCLI)); err != nil {
		return false
	}
	err := withStore(dockerCLI, func(s *store.Store) error {
		_, err := s.Draft(ctx, name)
		return err
	})
	return err == nil
}

// inEngine tells whether the engine, if there is one, has an image of that name.
func inEngine(ctx context.Context, dockerCLI command.Cli, name string) bool {
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	_, err := dockerCLI.Client().ImageInspect(ctx, name)
	return err == nil
}
