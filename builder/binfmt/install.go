package binfmt

import (
	"context"
	"fmt"
	"regexp"
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

// Change says what the installer is to do.
type Change struct {
	// Image is the emulator image.
	Image string
	// Remove are names of entries to take out first.
	Remove []string
	// Install are architectures, or "all".
	Install []string
}

// Installation says what an installer run did. It is no proof: the installer exits 0 when it failed.
type Installation struct {
	// Image is the repository digest of the image that ran, or its name where the engine knows no digest.
	Image string
	// QEMU is the version of the emulators, as the installer tells it; empty when it does not.
	QEMU string
	// Log is what the installer wrote.
	Log string
}

// Names returns the names the installer has for the platforms, each once, in order.
func Names(list []ocispec.Platform) []string {
	var out []string
	for _, p := range list {
		if !slices.Contains(out, p.Architecture) {
			out = append(out, p.Architecture)
		}
	}
	return out
}

// Pull brings an image into the engine with registryAuth (the X-Registry-Auth header of the Engine API). One that is
// in the engine already serves when the pull fails.
func Pull(ctx context.Context, engine Engine, image, registryAuth string) error {
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
	return fmt.Errorf("pulling %q: %w", image, err)
}

// Install changes the emulators of the host's kernel, as `docker run --rm --privileged IMAGE --uninstall NAME,…
// --install ARCH,…` does. The image has to be in the engine. The container is privileged, has no network and no
// mounts, and is not in a user namespace: the kernel keeps one table of emulators per user namespace.
func Install(ctx context.Context, engine Engine, change Change) (Installation, error) {
	done := Installation{Image: change.Image}
	if inspected, err := engine.ImageInspect(ctx, change.Image); err == nil && len(inspected.RepoDigests) > 0 {
		done.Image = inspected.RepoDigests[0]
	}
	var args []string
	if len(change.Remove) > 0 {
		args = append(args, "--uninstall", strings.Join(change.Remove, ","))
	}
	if len(change.Install) > 0 {
		args = append(args, "--install", strings.Join(change.Install, ","))
	}
	var err error
	if done.Log, err = runInstaller(ctx, engine, change.Image, args); err != nil {
		return done, err
	}
	// the version is worth knowing, but not worth failing for
	if text, err := runInstaller(ctx, engine, change.Image, []string{"--version"}); err == nil {
		done.QEMU = versionIn(text)
	}
	return done, nil
}

func runInstaller(ctx context.Context, engine Engine, image string, args []string) (string, error) {
	what := fmt.Sprintf("running %q %s", image, strings.Join(args, " "))
	exit, err := container.Run(ctx, engine, container.Spec{
		Purpose: "install-emulators",
		Config:  enginecontainer.Config{Image: image, Cmd: args},
		Host:    enginecontainer.HostConfig{Privileged: true, NetworkMode: "none", UsernsMode: "host"},
		Limit:   installLimit,
	})
	if err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	log := strings.TrimSpace(string(exit.Stderr) + string(exit.Stdout))
	switch {
	case exit.Refused != nil:
		return log, fmt.Errorf("%s: %w", what, exit.Refused)
	case exit.Running:
		return log, fmt.Errorf("%s: not done after %s", what, installLimit)
	case exit.Code != 0:
		return log, fmt.Errorf("%s: exit code %d: %s", what, exit.Code, log)
	}
	return log, nil
}

// versionIn finds the version of QEMU in what `binfmt --version` prints: binfmt/9a44d27 qemu/v6.0.0 go/1.15.11.
func versionIn(text string) string {
	found := regexp.MustCompile(`(?:^|\s)qemu/(\S+)`).FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	return found[1]
}
