package trial

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/verify"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// quay is a repository on a bench: it makes its images subjects.
type quay struct {
	bench      *Bench
	name       reference.Named
	repository *registry.Repository
	origins    *source.Blobs
	deep       *verify.Layers
}

// quay puts a repository on the bench.
func (b *Bench) quay(repository *registry.Repository, name reference.Named) *quay {
	origins := source.NewBlobs(nil)
	return &quay{
		bench: b, name: reference.TrimNamed(name), repository: repository, origins: origins,
		deep: verify.NewLayers(origins, b.Plan.AllowForeign),
	}
}

// subject makes an image of the repository a subject.
func (q *quay) subject(image manifest.Image) Subject {
	own := *q
	own.bench = q.bench.at(image.Platform)
	return registryImage{&own, image}
}

// registryImage is an image of a registry.
type registryImage struct {
	*quay
	of manifest.Image
}

// Read implements [record.Reader].
func (i registryImage) Read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	return source.At(i.repository).Read(ctx, desc)
}

func (i registryImage) image() manifest.Image { return i.of }

func (i registryImage) identity(ctx context.Context) (Identity, error) {
	m, _, err := readConfig(ctx, i.repository, i.of.Manifest)
	name := reference.FamiliarName(i.name) + "@" + i.of.Manifest.Digest.String()
	return Identity{Config: m.Config.Digest, Name: name, Debts: i.bench.host.Debts()}, err
}

func (registryImage) ours() bool { return false }

func (registryImage) from() string { return "" }

// audit implements subject. What the image's record says does not count: whoever may push there can write one.
func (i registryImage) audit(ctx context.Context) (audit.Report, error) {
	i.origins.At(i.repository, i.of.Manifest)
	deep := i.deep
	if len(i.bench.Plan.Own) > 0 {
		deep = verify.NewLayers(i.origins, i.bench.wanted(i.of.Platform).AllowForeign)
	}
	found, err := ShowAudit(i.bench.Display, i.of.Platform, func() (audit.Report, error) { return deep.Audit(ctx, i.of) })
	if err != nil || len(found.Errors()) == 0 {
		return found, err
	}
	if rec, recorded, err := record.Of(ctx, i, i.of); err == nil && recorded && rec.Allowed() != "" {
		shown.Note(i.bench.Display, platform.Format(i.of.Platform)+": "+RecordedException(rec.Allowed()))
	}
	return found, nil
}

func (i registryImage) load(ctx context.Context) (Loaded, error) {
	m, config, err := readConfig(ctx, i.repository, i.of.Manifest)
	if err != nil {
		return Loaded{}, err
	}
	name, err := reference.WithDigest(i.name, i.of.Manifest.Digest)
	if err != nil {
		return Loaded{}, fmt.Errorf("naming the image for %s: %w", platform.Format(i.of.Platform), err)
	}
	image, err := i.bench.describe(i.of.Platform, config)
	if err != nil {
		return Loaded{}, err
	}
	image.Name, image.ID = reference.FamiliarString(name), m.Config.Digest.String()
	if i.bench.cluster != nil {
		image.ID, image.Layers = name.String(), layersAt(i.repository, m)
		image.CanRun = i.bench.introduce(image)
		return Loaded{describe: func(context.Context) (localtest.Image, error) { return image, nil }}, nil
	}
	if i.bench.Engine.ContainerdStore {
		image.ID = i.of.Manifest.Digest.String()
	}
	if err := i.bench.pull(ctx, i.of.Platform, image.Name, image.ID); err != nil {
		return Loaded{}, err
	}
	image.Layers = []structure.Layer{localtest.Exported(i.bench.host.EngineClient(), image.ID)}
	return Loaded{name: image.Name, describe: func(context.Context) (localtest.Image, error) {
		return image, nil
	}}, nil
}

// readConfig reads an image's manifest and config.
func readConfig(
	ctx context.Context, repository *registry.Repository, image ocispec.Descriptor,
) (m ocispec.Manifest, config []byte, err error) {
	_, body, err := repository.Resolve(ctx, image.Digest.String())
	if err != nil {
		return m, nil, err
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return m, nil, fmt.Errorf("reading manifest %s: %w: %w", image.Digest, manifest.ErrIndex, err)
	}
	config, err = repository.Fetch(ctx, m.Config)
	return m, config, err
}
