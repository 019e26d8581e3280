package binfmt

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/containerd/platforms"
	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// probeLimit is how long a probe may run: an emulator that hangs does not work.
const probeLimit = 30 * time.Second

// Engine is what this package needs of the Engine API.
type Engine interface {
	container.Engine
	ImageImport(
		context.Context,
		dockerclient.ImageImportSource,
		string,
		dockerclient.ImageImportOptions,
	) (dockerclient.ImageImportResult, error)
	ImageRemove(context.Context, string, dockerclient.ImageRemoveOptions) (dockerclient.ImageRemoveResult, error)
	ImagePull(context.Context, string, dockerclient.ImagePullOptions) (dockerclient.ImagePullResponse, error)
	ImageInspect(context.Context, string, ...dockerclient.ImageInspectOption) (dockerclient.ImageInspectResult, error)
}

// Finding says whether an engine runs the programs of one platform.
type Finding struct {
	Platform ocispec.Platform
	Runs     bool
	// Untestable is true where there is no probe: nothing is wrong, but nothing can be proven either.
	Untestable bool
	// Reason says why not, in the engine's words.
	Reason string
}

// Probe runs a program of each platform in the engine. It pulls nothing: the programs travel in an image of
// its own, which is gone afterwards. Findings are in the order of the platforms.
func Probe(ctx context.Context, engine Engine, list []ocispec.Platform) (_ []Finding, err error) {
	findings := make([]Finding, len(list))
	programs := make([][]byte, len(list))
	for i, p := range list {
		findings[i].Platform = p
		programs[i], err = ProgramFor(p)
		if errors.Is(err, ErrNoProgram) {
			findings[i].Untestable, findings[i].Reason = true, "programs of this platform cannot be run here"
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	image, err := importPrograms(ctx, engine, programs)
	if err != nil {
		return nil, err
	}
	defer func() {
		removal, done := container.Cleaning(ctx, probeLimit)
		defer done()
		if _, removed := engine.ImageRemove(
			removal,
			image,
			dockerclient.ImageRemoveOptions{Force: true, PruneChildren: true},
		); err == nil &&
			removed != nil {
			err = fmt.Errorf("removing the probe image %q: %w", image, removed)
		}
	}()
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i := range findings {
		if findings[i].Untestable {
			continue
		}
		group.Go(func() error {
			return findings[i].run(groupCtx, engine, image, probePath(i))
		})
	}
	return findings, group.Wait()
}

func (f *Finding) run(ctx context.Context, engine Engine, image, path string) error {
	exit, err := container.Run(ctx, engine, container.Spec{
		Purpose: "probe",
		Config:  enginecontainer.Config{Image: image, Cmd: []string{path}},
		Host:    enginecontainer.HostConfig{NetworkMode: "none"},
		Limit:   probeLimit,
	})
	if err != nil {
		return fmt.Errorf("probing %s in the engine: %w", platforms.FormatAll(f.Platform), err)
	}
	switch {
	case exit.Refused != nil:
		f.Reason = exit.Refused.Error()
	case exit.Running:
		f.Reason = fmt.Sprintf("the probe did not end within %s", probeLimit)
	case exit.Code != 0:
		f.Reason = fmt.Sprintf("the probe exited with %d", exit.Code)
	default:
		f.Runs = true
	}
	return nil
}

func probePath(i int) string { return fmt.Sprintf("/probe-%d", i) }

// importPrograms makes one image of all programs, without a registry (Engine API: POST /images/create fromSrc=-).
func importPrograms(ctx context.Context, engine Engine, programs [][]byte) (string, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for i, program := range programs {
		err := w.WriteHeader(&tar.Header{Name: probePath(i)[1:], Mode: 0o755, Size: int64(len(program))})
		if err == nil {
			_, err = w.Write(program)
		}
		if err != nil {
			return "", fmt.Errorf("packing the probes: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("packing the probes: %w", err)
	}
	name := "docker-multiplat/probe:" + rand.Text()
	imported, err := engine.ImageImport(ctx, dockerclient.ImageImportSource{Source: &archive, SourceName: "-"}, name,
		dockerclient.ImageImportOptions{Message: "probe of docker-multiplat", Changes: labelled()})
	if err != nil {
		return "", fmt.Errorf("importing the probes into the engine: %w", err)
	}
	defer func() { _ = imported.Close() }()
	if _, err := io.Copy(io.Discard, imported); err != nil {
		return "", fmt.Errorf("importing the probes into the engine: %w", err)
	}
	return name, nil
}

// labelled are the instructions that give the image its owner, by which it is found where this process is killed.
func labelled() (changes []string) {
	labels := container.Labels("probe")
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		changes = append(changes, fmt.Sprintf("LABEL %s=%q", name, labels[name]))
	}
	return changes
}
