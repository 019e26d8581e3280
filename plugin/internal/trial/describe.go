package trial

import (
	"context"
	"encoding/json"
	"fmt"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// describe makes an image for the tests of its config.
func (b *Bench) describe(p ocispec.Platform, config []byte) (localtest.Image, error) {
	var parsed dockerspec.DockerOCIImage
	if err := json.Unmarshal(config, &parsed); err != nil {
		return localtest.Image{}, fmt.Errorf("reading the config of the image for %s: %w",
			platform.Format(p), err)
	}
	return localtest.Image{
		Platform: platform.Format(p),
		Emulated: !b.Engine.Native(p),
		Config:   parsed.Config,
		CanRun:   b.works(p),
	}, nil
}

// works asks the engine whether it runs programs of a platform at all.
func (b *Bench) works(p ocispec.Platform) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		findings, err := binfmt.Probe(ctx, b.host.EngineClient(), []ocispec.Platform{p})
		if err != nil {
			return false, err
		}
		return findings[0].Runs || findings[0].Untestable, nil
	}
}
