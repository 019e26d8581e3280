package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/content"
	cerrdefs "github.com/containerd/errdefs"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// openEngine looks at the engine that is to run the tests.
func (b *building) openEngine(ctx context.Context) (err error) {
	if b.engine, err = builder.InspectEngine(ctx, b.dockerCLI.Client()); err != nil {
		return fail(builder.ErrNotReady, err, "docker version")
	}
	if b.plan.test || b.plan.manual {
		b.emulators = knownEmulators(ctx, hostOf(b.dockerCLI), b.engine)
	}
	network := b.plan.tests.Network
	if !b.plan.test || network == "" || network == localtest.NoNetwork {
		return nil
	}
	_, err = b.dockerCLI.Client().NetworkInspect(ctx, network, dockerclient.NetworkInspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return fail(
			builder.ErrNotReady,
			fmt.Errorf("the engine at %s has no network %q for the tests", b.engine.Host, network),
			"docker network create "+network,
		)
	}
	return fail(builder.ErrNotReady, err, "docker network ls")
}

// reuse takes over the verdict of the same image having passed the same tests already.
func (b *building) reuse(
	ctx context.Context, image manifest.Image, settings []record.Setting, row *platformResult,
) (bool, error) {
	if b.plan.noTestCache || !b.plan.tests.Hermetic() {
		return false, nil
	}
	rec, same, err := passedBefore(ctx, b.store, image, settings)
	if err != nil || !same {
		return false, err
	}
	row.verdict, row.cached, row.emulated = localtest.Passed, true, !b.engine.Native(image.Platform)
	row.report = reportOf(rec)
	return true, nil
}

// reportOf makes a report of a record; how long the tests took then is not known.
func reportOf(rec record.Result) localtest.Report {
	report := localtest.Report{Verdict: localtest.Passed}
	for _, name := range rec.Passed {
		report.Cases = append(report.Cases, localtest.Case{Name: name, Verdict: localtest.Passed})
	}
	for _, name := range rec.Warned {
		report.Cases = append(report.Cases, localtest.Case{Name: name, Verdict: localtest.Skipped})
	}
	return report
}

// loadedImage is an image that was loaded from the store, with what tests want to know of it.
func (b *building) loadedImage(ctx context.Context, now *built, archive localtest.Archive) (localtest.Image, error) {
	body, err := b.store.ReadBlob(ctx, now.manifest.Config)
	if err != nil {
		return localtest.Image{}, err
	}
	image, err := b.imageOf(now.image.Platform, body)
	image.ID, image.Name = archive.ID, archive.Name
	for _, desc := range now.manifest.Layers {
		image.Layers = append(image.Layers, b.layer(desc))
	}
	return image, err
}

// imageOf makes an image of its config.
func (b *building) imageOf(platform ocispec.Platform, config []byte) (localtest.Image, error) {
	var parsed dockerspec.DockerOCIImage
	if err := json.Unmarshal(config, &parsed); err != nil {
		return localtest.Image{}, fmt.Errorf("reading the config of the image for %s: %w",
			manifest.FormatPlatform(platform), err)
	}
	return localtest.Image{
		Platform: manifest.FormatPlatform(platform),
		Emulated: !b.engine.Native(platform),
		Config:   parsed.Config,
		Works:    b.works(platform),
	}, nil
}

// layer opens a layer in the store.
func (b *building) layer(desc ocispec.Descriptor) structure.Layer {
	return func(ctx context.Context) (io.ReadCloser, error) {
		at, err := b.store.Content().ReaderAt(ctx, desc)
		if err != nil {
			return nil, fmt.Errorf("opening layer %s: %w", desc.Digest, err)
		}
		return struct {
			io.Reader
			io.Closer
		}{content.NewReader(at), at}, nil
	}
}

// test runs the tests of one image that the engine has, and notes what came of it.
func (b *building) test(
	ctx context.Context,
	image localtest.Image,
	platform ocispec.Platform,
	row *platformResult,
) error {
	row.emulated = image.Emulated
	if image.Emulated && b.plan.emulation != emulationAllow {
		row.verdict, row.reason = localtest.NotRun, "it needs an emulator, and --emulation is "+b.plan.emulation
		row.report.Verdict = row.verdict
		return nil
	}
	report, err := localtest.Run(ctx, b.dockerCLI.Client(), image, b.plan.tests, b.display)
	row.report = report
	if err != nil {
		return fail(builder.ErrNotReady, fmt.Errorf("testing %s: %w", manifest.FormatPlatform(platform), err),
			"docker version")
	}
	row.verdict, row.reason = report.Verdict, report.Reason()
	return nil
}
