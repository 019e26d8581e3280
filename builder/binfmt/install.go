package binfmt

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// DefaultImage is the emulator image: a tag that names its QEMU build, never latest.
const DefaultImage = "tonistiigi/binfmt:qemu-v10.2.3-68"

// installLimit is how long the installer may take; it writes a few lines into the kernel.
const installLimit = 2 * time.Minute

// Installation says what an installer run did. It is no proof: the installer exits 0 when it failed.
type Installation struct {
	// Digest is the repository digest of the image that ran, empty when the engine knows none.
	Digest string
	// Log is what the installer wrote.
	Log string
}

// Architectures returns the names the installer has for the platforms, each once, in order.
func Architectures(list []ocispec.Platform) []string {
	var out []string
	for _, p := range list {
		if !slices.Contains(out, p.Architecture) {
			out = append(out, p.Architecture)
		}
	}
	return out
}

// Install registers emulators for the architectures with the host's kernel, as
// `docker run --rm --privileged IMAGE --install ARCH,…` does. The image is pulled first with registryAuth (the
// X-Registry-Auth header of the Engine API); one that is in the engine already serves when the pull fails.
// The container is privileged, has no network and no mounts.
func Install(
	ctx context.Context,
	engine Engine,
	image, registryAuth string,
	architectures []string,
) (Installation, error) {
	if err := pull(ctx, engine, image, registryAuth); err != nil {
		return Installation{}, err
	}
	var done Installation
	if inspected, err := engine.ImageInspect(ctx, image); err == nil && len(inspected.RepoDigests) > 0 {
		done.Digest = inspected.RepoDigests[0]
	}
	exit, err := container.Run(ctx, engine, container.Spec{
		Purpose: "install-emulators",
		Config: enginecontainer.Config{
			Image: image, Cmd: []string{"--install", strings.Join(architectures, ",")},
		},
		Host:  enginecontainer.HostConfig{Privileged: true, NetworkMode: "none"},
		Limit: installLimit,
	})
	if err != nil {
		return done, fmt.Errorf("installing emulators with %q: %w", image, err)
	}
	done.Log = strings.TrimSpace(string(exit.Stderr) + string(exit.Stdout))
	switch {
	case exit.Refused != nil:
		return done, fmt.Errorf("installing emulators with %q: %w", image, exit.Refused)
	case exit.Running:
		return done, fmt.Errorf("installing emulators with %q: not done after %s", image, installLimit)
	case exit.Code != 0:
		return done, fmt.Errorf("installing emulators with %q: exit code %d: %s", image, exit.Code, done.Log)
	}
	return done, nil
}

func pull(ctx context.Context, engine Engine, image, registryAuth string) error {
	response, err := engine.ImagePull(ctx, image, dockerclient.ImagePullOptions{RegistryAuth: registryAuth})
	if err == nil {
		err = response.Wait(ctx)
	}
	if err == nil {
		return nil
	}
	if _, absent := engine.ImageInspect(ctx, image); absent == nil {
		return nil
	}
	return fmt.Errorf("pulling the emulator image %q: %w", image, err)
}
