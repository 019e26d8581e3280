package trial

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/buildx/util/progress"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// pulling is the bench for an image that its engine pulls from a repository; empty: it does not.
func (b *Bench) pulling(from string) *Bench {
	if from == "" {
		return b
	}
	own := *b
	own.from = from
	return &own
}

// pull makes the engine fetch an image by the digest in its name, and checks that it has got the one with this ID.
func (b *Bench) pull(ctx context.Context, of ocispec.Platform, name, id string) error {
	auth, err := b.host.RegistryAuth(name)
	if err != nil {
		return failure.Wrap(registry.ErrRefused, fmt.Errorf("finding the login for %q: %w", name, err), "")
	}
	eng := b.host.EngineClient()
	step := "pulling " + name
	if b.place != "" {
		step += " into " + b.place
	}
	err = progress.Wrap(step, b.on(of).Write, func(progress.SubLogger) error {
		response, err := eng.ImagePull(ctx, name, dockerclient.ImagePullOptions{
			RegistryAuth: auth, Platforms: []ocispec.Platform{of},
		})
		if err != nil {
			return err
		}
		return response.Wait(ctx)
	})
	if err = localtest.Unpacking(err); errors.Is(err, localtest.ErrUnpack) {
		return err
	}
	if err != nil {
		return failure.Wrap(errdefs.ErrNotReady, fmt.Errorf("pulling %q into %s: %w", name, b.engineWords(), err), "")
	}
	found, err := eng.ImageInspect(ctx, name)
	if err != nil {
		return failure.Wrap(errdefs.ErrNotReady, fmt.Errorf("looking at %q in %s: %w", name, b.engineWords(), err), "")
	}
	if found.ID != id {
		return fmt.Errorf("pulling %q: %s says %s, not %s: %w", name, b.engineWords(), found.ID, id, localtest.ErrIdentity)
	}
	return nil
}

// engineWords are what the engine is called that tests.
func (b *Bench) engineWords() string {
	if b.place == "" {
		return "the engine"
	}
	return "the engine at " + b.place
}
