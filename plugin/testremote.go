package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// published is an image in a registry that is tested here.
type published struct {
	*building
	name       reference.Canonical
	repository *registry.Repository
	// images are all of the index; annotations are the index's own.
	images      []manifest.Image
	annotations map[string]string
	origins     *manifest.Origins
	deep        *manifest.Deep
}

// testPublished pulls the image at a digest, tests it, and pushes the record of what passed beside it.
func (o *testCommandOptions) testPublished(
	ctx context.Context, dockerCLI command.Cli, plan buildPlan, name reference.Canonical,
) error {
	tagged, err := reference.WithTag(reference.TrimNamed(name), "tested")
	if err != nil {
		return usageError("invalid reference %q: %s", o.name, err)
	}
	plan.names = []reference.NamedTagged{tagged} // the name a record speaks of; the tag itself is never written
	plan.noTestCache = true
	p := &published{building: &building{plan: plan, dockerCLI: dockerCLI}, name: name, origins: manifest.NewOrigins(nil)}
	p.deep = manifest.NewDeep(p.origins, plan.allowForeign)
	client := hostOf(dockerCLI).registries(o.trust(), func(message string) { say(dockerCLI, "%s", message) })
	if p.repository, err = client.Repository(ctx, name, registry.Push); err == nil {
		err = p.read(ctx)
	}
	if err != nil {
		return fail(nil, fmt.Errorf("reading %q: %w", o.name, interrupted(ctx, err)), "", "No tag was touched.")
	}
	err = o.during(ctx, p.building, "testing "+reference.FamiliarString(name), func() error {
		chosen, err := p.choose()
		if err != nil {
			return err
		}
		p.plan.platforms = manifest.Platforms(chosen)
		p.title = reference.FamiliarString(name)
		return p.each(ctx, chosen, func(image manifest.Image) { p.try(ctx, image) })
	}, func(context.Context, *platformResult) error { return nil }) // all is pushed at once in the end
	if err != nil {
		return err
	}
	return p.push(ctx)
}

// read reads the index, or makes one of a single image.
func (p *published) read(ctx context.Context) error {
	desc, body, err := p.repository.Resolve(ctx, p.name.Digest().String())
	if err != nil {
		return err
	}
	if images.IsIndexType(desc.MediaType) {
		var index ocispec.Index
		if err := json.Unmarshal(body, &index); err != nil {
			return fmt.Errorf("%w: %w", manifest.ErrIndex, err)
		}
		p.annotations = index.Annotations
		p.images, err = manifest.ParseIndex(body)
		return err
	}
	_, config, err := p.config(ctx, manifest.Image{Manifest: desc})
	if err != nil {
		return err
	}
	platform, err := manifest.PlatformOf(config)
	p.images = []manifest.Image{{Platform: platform, Manifest: desc}}
	return err
}

// config reads an image's manifest and config.
func (p *published) config(ctx context.Context, image manifest.Image) (m ocispec.Manifest, config []byte, err error) {
	_, body, err := p.repository.Resolve(ctx, image.Manifest.Digest.String())
	if err != nil {
		return m, nil, err
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return m, nil, fmt.Errorf("reading manifest %s: %w", image.Manifest.Digest, err)
	}
	config, err = p.repository.Fetch(ctx, m.Config)
	return m, config, err
}

// choose takes the platforms asked for, else those that need no emulator here, else the only one.
func (p *published) choose() ([]manifest.Image, error) {
	var chosen []manifest.Image
	for _, image := range p.images {
		asked := slices.ContainsFunc(p.plan.platforms, func(w ocispec.Platform) bool { return manifest.Satisfies(image.Platform, w) })
		if asked || len(p.plan.platforms) == 0 && (p.engine.Native(image.Platform) || len(p.images) == 1) {
			chosen = append(chosen, image)
		}
	}
	if len(chosen) == 0 || len(chosen) < len(p.plan.platforms) {
		return nil, usageError("of the platforms of %s, %s, not all asked for are there or none runs here without an "+
			"emulator; choose with --platform", reference.FamiliarString(p.name), joined(manifest.Platforms(p.images)))
	}
	return chosen, nil
}

// try tests one image.
func (p *published) try(ctx context.Context, image manifest.Image) {
	row := platformResult{platform: image.Platform}
	if err := p.tryOne(ctx, image, &row); err != nil {
		row.verdict, row.reason, row.err = broken, err.Error(), err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.results = append(p.results, row)
}

func (p *published) tryOne(ctx context.Context, image manifest.Image, row *platformResult) error {
	if err := p.audit(ctx, image, row); err != nil || row.verdict != "" {
		return err
	}
	m, config, err := p.config(ctx, image)
	if err != nil {
		return err
	}
	name, err := reference.WithDigest(reference.TrimNamed(p.name), image.Manifest.Digest)
	if err != nil {
		return fmt.Errorf("naming the image for %s: %w", manifest.FormatPlatform(image.Platform), err)
	}
	tested, err := p.imageOf(image.Platform, config)
	if err != nil {
		return err
	}
	tested.Name = reference.FamiliarString(name)
	tested.ID = m.Config.Digest.String()
	if p.engine.ContainerdStore {
		tested.ID = image.Manifest.Digest.String()
	}
	if err := p.pull(ctx, tested, image.Platform); err != nil {
		return err
	}
	tested.Layers = []structure.Layer{localtest.Exported(p.dockerCLI.Client(), tested.ID)}
	row.loaded = tested.Name
	row.image = &image
	if p.plan.manual {
		return nil
	}
	if err := p.test(ctx, tested, image.Platform, row); err != nil {
		return err
	}
	return p.lookedBefore(ctx, manifest.At(p.repository), image, row)
}

// pull makes the engine fetch the image by digest, and checks what it has got.
func (p *published) pull(ctx context.Context, image localtest.Image, platform ocispec.Platform) error {
	auth, err := command.RetrieveAuthTokenFromImage(p.dockerCLI.ConfigFile(), image.Name)
	if err != nil {
		return fail(registry.ErrRefused, fmt.Errorf("finding the login for %q: %w", image.Name, err), "")
	}
	err = progress.Wrap("pulling "+image.Name, p.display.Write, func(progress.SubLogger) error {
		response, err := p.dockerCLI.Client().ImagePull(ctx, image.Name, dockerclient.ImagePullOptions{
			RegistryAuth: auth, Platforms: []ocispec.Platform{platform},
		})
		if err != nil {
			return err
		}
		return response.Wait(ctx)
	})
	if err != nil {
		return fail(builder.ErrNotReady, fmt.Errorf("pulling %q into the engine: %w", image.Name, err), "")
	}
	found, err := p.dockerCLI.Client().ImageInspect(ctx, image.Name)
	if err != nil {
		return fail(builder.ErrNotReady, fmt.Errorf("looking at %q in the engine: %w", image.Name, err), "")
	}
	if found.ID != image.ID {
		return fmt.Errorf("pulling %q: the engine says %s, not %s: %w", image.Name, found.ID, image.ID, localtest.ErrIdentity)
	}
	return nil
}
