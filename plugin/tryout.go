package plugin

import (
	"context"
	"fmt"
	"io"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// tryOut loads the image into the engine and runs its tests there.
func (b *building) tryOut(ctx context.Context, now *built, row *platformResult) error {
	if now.image.Platform.OS != b.engine.Platform.OS {
		if b.plan.test || b.plan.manual {
			row.verdict = localtest.NotRun
			row.reason = fmt.Sprintf("a %s engine cannot run it", b.engine.Platform.OS)
		}
		return nil
	}
	archive, err := b.archive(ctx, now)
	if err != nil {
		return err
	}
	if _, err := localtest.Load(ctx, b.dockerCLI.Client(), archive, b.display); err != nil {
		return fail(builder.ErrNotReady, err, "")
	}
	row.loaded = archive.Name
	if !b.plan.test {
		return nil
	}
	settings := b.settings(now.image.Platform)
	if same, err := b.reuse(ctx, now.image, settings, row); err != nil || same {
		return err
	}
	image, err := b.loadedImage(ctx, now, archive)
	if err != nil {
		return err
	}
	if err := b.test(ctx, image, now.image.Platform, row); err != nil {
		return err
	}
	if err := b.lookedBefore(ctx, b.store, now.image, row); err != nil {
		return err
	}
	settings = append(settings, row.look.Settings()...)
	return recordVerdict(ctx, b.store, &now.image, judgement{b.plan.names[0].String(), row.report, settings})
}

func (b *building) archive(ctx context.Context, now *built) (localtest.Archive, error) {
	names := make([]string, 0, len(b.plan.names))
	for _, draft := range b.plan.names {
		named, err := archName(draft, now.image.Platform)
		if err != nil {
			return localtest.Archive{}, err
		}
		names = append(names, reference.FamiliarString(named))
	}
	size, err := b.store.ArchiveSize(ctx, now.image.Manifest)
	if err != nil {
		return localtest.Archive{}, err
	}
	id := now.manifest.Config.Digest
	if b.engine.ContainerdStore {
		id = now.image.Manifest.Digest
	}
	full, err := reference.ParseNormalizedNamed(names[0])
	if err != nil {
		return localtest.Archive{}, err
	}
	return localtest.Archive{
		Name: names[0], Also: names[1:], ID: id.String(), Size: size,
		Write: func(ctx context.Context, w io.Writer) error {
			return b.store.Archive(ctx, w, now.image.Manifest, full.String())
		},
	}, nil
}

// works asks the engine whether it runs programs of a platform at all.
func (b *building) works(platform ocispec.Platform) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		findings, err := binfmt.Probe(ctx, b.dockerCLI.Client(), []ocispec.Platform{platform})
		if err != nil {
			return false, err
		}
		return findings[0].Runs || findings[0].Untestable, nil
	}
}
