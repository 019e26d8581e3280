package binfmt

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// PersistName is the name of the container that [Persist] makes.
const PersistName = "multiplat-emulators"

// persistLabel holds the architectures the container registers.
const persistLabel = "com.docker-multiplat.emulators"

// PersistEngine is what keeping emulators over a restart needs of the Engine API.
type PersistEngine interface {
	Engine
	CopyFromContainer(
		context.Context, string, dockerclient.CopyFromContainerOptions,
	) (dockerclient.CopyFromContainerResult, error)
	CopyToContainer(
		context.Context, string, dockerclient.CopyToContainerOptions,
	) (dockerclient.CopyToContainerResult, error)
}

// Persistence describes the container that registers emulators whenever the engine starts.
type Persistence struct {
	// Architectures it registers, in order; none: there is no such container.
	Architectures []string
	// Running is false when it was stopped: then it does not start with the engine either.
	Running bool
}

// Covers tells whether emulators for the architectures come back with the engine.
func (p Persistence) Covers(architectures ...string) bool {
	for _, a := range architectures {
		if !p.Running || !slices.Contains(p.Architectures, a) {
			return false
		}
	}
	return true
}

// Registers tells whether the container puts the entry of that name into the kernel's table.
func (p Persistence) Registers(name string) bool {
	return p.Running && slices.ContainsFunc(p.Architectures, func(a string) bool { return EmulatorName(a) == name })
}

// Persisted looks for the container.
func Persisted(ctx context.Context, engine Engine) (Persistence, error) {
	found, err := engine.ContainerInspect(ctx, PersistName, dockerclient.ContainerInspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return Persistence{}, nil
	}
	if err != nil {
		return Persistence{}, fmt.Errorf("looking for container %s: %w", PersistName, err)
	}
	var p Persistence
	if config := found.Container.Config; config != nil && config.Labels[persistLabel] != "" {
		p.Architectures = strings.Split(config.Labels[persistLabel], ",")
	}
	p.Running = found.Container.State != nil && found.Container.State.Running
	return p, nil
}

// Persist makes a container that registers emulators for the architectures whenever the engine starts, and then
// sleeps. The emulator image ends at once, so that a restart policy on it would loop: the container is made of
// shellImage, which must have a shell, and gets the emulators copied into it. Both images have to be in the engine.
// It replaces a container of an earlier call.
func Persist(ctx context.Context, engine PersistEngine, image, shellImage string, architectures []string) error {
	if _, err := Unpersist(ctx, engine); err != nil {
		return err
	}
	inspected, err := engine.ImageInspect(ctx, image)
	if err != nil {
		return fmt.Errorf("inspecting %q: %w", image, err)
	}
	config := enginecontainer.Config{
		Image: shellImage, Entrypoint: []string{"sh", "-c"}, Cmd: []string{persistScript(architectures)},
		Labels: map[string]string{persistLabel: strings.Join(architectures, ",")},
	}
	if inspected.Config != nil {
		for _, setting := range inspected.Config.Env {
			if strings.HasPrefix(setting, "QEMU_") {
				config.Env = append(config.Env, setting)
			}
		}
	}
	tini := true
	created, err := engine.ContainerCreate(ctx, dockerclient.ContainerCreateOptions{
		Name: PersistName, Config: &config,
		HostConfig: &enginecontainer.HostConfig{
			Privileged: true, NetworkMode: "none", UsernsMode: "host", Init: &tini,
			RestartPolicy: enginecontainer.RestartPolicy{Name: enginecontainer.RestartPolicyUnlessStopped},
			Tmpfs:         map[string]string{"/var/lib/buildkit": ""}, // no volume for what the image declares as one
		},
	})
	if err != nil {
		return fmt.Errorf("creating container %s: %w", PersistName, err)
	}
	if err = copyEmulators(ctx, engine, image, created.ID, architectures); err == nil {
		_, err = engine.ContainerStart(ctx, created.ID, dockerclient.ContainerStartOptions{})
	}
	if err != nil {
		cleaning, done := container.Cleaning(ctx, probeLimit)
		defer done()
		_, removed := Unpersist(cleaning, engine)
		return errors.Join(fmt.Errorf("starting container %s: %w", PersistName, err), removed)
	}
	return nil
}

// persistScript mounts binfmt_misc itself where the host has not: the installer would unmount it again at its end.
func persistScript(architectures []string) string {
	return "[ -e " + Folder + "/" + statusFile + " ] || mount -t binfmt_misc binfmt_misc " + Folder + "; " +
		"/usr/bin/binfmt --install " + strings.Join(architectures, ",") + "; exec sleep 2147483647"
}

// Unpersist removes the container of [Persist] and tells whether there was one. Emulators that it has registered stay
// as long as binfmt_misc is mounted.
func Unpersist(ctx context.Context, engine Engine) (bool, error) {
	_, err := engine.ContainerRemove(
		ctx,
		PersistName,
		dockerclient.ContainerRemoveOptions{Force: true, RemoveVolumes: true},
	)
	switch {
	case cerrdefs.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("removing container %s: %w", PersistName, err)
	}
	return true, nil
}

// copyEmulators copies the installer and the emulators it needs out of a container that never runs.
func copyEmulators(
	ctx context.Context, engine PersistEngine, image, target string, architectures []string,
) (err error) {
	source, err := engine.ContainerCreate(ctx, dockerclient.ContainerCreateOptions{
		Config:     &enginecontainer.Config{Image: image, Labels: container.Labels("copy-emulators")},
		HostConfig: &enginecontainer.HostConfig{NetworkMode: "none"},
	})
	if err != nil {
		return fmt.Errorf("opening %q: %w", image, err)
	}
	defer func() {
		cleaning, done := container.Cleaning(ctx, probeLimit)
		defer done()
		_, removed := engine.ContainerRemove(cleaning, source.ID,
			dockerclient.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		err = errors.Join(err, removed)
	}()
	found, err := engine.CopyFromContainer(ctx, source.ID, dockerclient.CopyFromContainerOptions{SourcePath: "/usr/bin"})
	if err != nil {
		return fmt.Errorf("copying the emulators out of %q: %w", image, err)
	}
	defer func() { _ = found.Content.Close() }()
	wanted := []string{"binfmt"}
	for _, a := range architectures {
		wanted = append(wanted, EmulatorName(a))
	}
	reader, writer := io.Pipe()
	go func() { _ = writer.CloseWithError(selectFiles(found.Content, writer, wanted)) }()
	_, err = engine.CopyToContainer(ctx, target, dockerclient.CopyToContainerOptions{
		DestinationPath: "/usr", Content: reader,
	})
	_ = reader.CloseWithError(err) // ends the goroutine if the engine did not read everything
	return err
}

// selectFiles passes on the files of a tar archive whose base name is wanted.
func selectFiles(from io.Reader, to io.Writer, wanted []string) error {
	in, out := tar.NewReader(from), tar.NewWriter(to)
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out.Close()
		}
		if err != nil {
			return err
		}
		if header.Typeflag == tar.TypeDir || !slices.Contains(wanted, path.Base(header.Name)) {
			continue
		}
		if err := out.WriteHeader(header); err != nil {
			return err
		}
		if _, err := io.Copy(out, in); err != nil { //nolint:gosec // the archive is the engine's own
			return err
		}
	}
}
