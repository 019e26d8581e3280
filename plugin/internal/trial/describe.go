package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// describe makes an image for the tests of its config.
func (b *Bench) describe(p ocispec.Platform, config []byte) (localtest.Image, error) {
	var parsed dockerspec.DockerOCIImage
	if err := json.Unmarshal(config, &parsed); err != nil {
		return localtest.Image{}, fmt.Errorf("reading the config of the image for %s: %w: %w",
			platform.Format(p), registry.ErrIntegrity, err)
	}
	return localtest.Image{
		Platform: platform.Format(p),
		Emulated: !b.Engine.Native(p),
		Config:   parsed.Config,
		CanRun:   b.works(p),
		Shell:    hasShell(parsed),
	}, nil
}

// hasShell tells whether an image has a shell: one of its instructions ran in it, or it starts one.
func hasShell(config dockerspec.DockerOCIImage) bool {
	shell := regexp.MustCompile(`(^|["/\s])(ba|da|a)?sh\b`)
	for _, step := range config.History {
		command, _, _ := strings.Cut(step.CreatedBy, "# buildkit")
		if _, noted, ok := strings.Cut(command, "#(nop)"); ok {
			command = noted
		}
		if _, ran, _ := strings.Cut(command, "RUN "); shell.MatchString(strings.TrimPrefix(ran, "|")) ||
			strings.Contains(command, "sh -c ") || strings.Contains(command, "CMD ") && shell.MatchString(command) {
			return true
		}
	}
	return slices.ContainsFunc(append(config.Config.Entrypoint, config.Config.Cmd...), shell.MatchString)
}

// works asks the engine whether it runs programs of a platform at all.
func (b *Bench) works(p ocispec.Platform) func(context.Context) (bool, error) {
	if b.nodes != nil {
		return nil // what its nodes say of the image tells it
	}
	return func(ctx context.Context) (bool, error) {
		findings, err := binfmt.Probe(ctx, b.host.EngineClient(), []ocispec.Platform{p})
		if err != nil {
			return false, err
		}
		return findings[0].Runs || findings[0].Untestable, nil
	}
}
