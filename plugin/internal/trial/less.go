package trial

import (
	"context"
	"io"
	"slices"

	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// less is the archive of an image without the lowest layers that the engine has, as part of another image of the store:
// what it is sent is to be what is new. Where it cannot be told it is the whole archive.
func (i storedImage) less(ctx context.Context, whole localtest.Archive) localtest.Archive {
	there := i.layersThere(ctx)
	if len(there) == 0 {
		return whole
	}
	less := whole
	less.Partial = true
	for _, layer := range there {
		less.Size -= layer.Size
	}
	less.Write = func(ctx context.Context, w io.Writer) error {
		return i.store.ArchiveWithout(ctx, w, i.of.Image.Manifest, whole.Name, there)
	}
	return less
}

// layersThere are the lowest layers of the image, as far as an image that the engine has begins with the same.
func (i storedImage) layersThere(ctx context.Context) (most []ocispec.Descriptor) {
	drafts, err := i.store.List(ctx)
	if err != nil {
		return nil
	}
	for _, d := range drafts {
		for _, other := range d.Images {
			if !platform.Equal(other.Platform, i.of.Image.Platform) {
				continue
			}
			read, err := i.store.PlatformImage(ctx, other)
			if err != nil {
				continue
			}
			if common := commonLayers(i.of.Manifest.Layers, read.Manifest.Layers); len(common) > len(most) && i.has(ctx, read) {
				most = common
			}
		}
	}
	return most
}

// commonLayers are the lowest layers of one image that are those of another, too.
func commonLayers(of, other []ocispec.Descriptor) []ocispec.Descriptor {
	same := 0
	for same < min(len(of), len(other)) && of[same].Digest == other[same].Digest {
		same++
	}
	return slices.Clip(of[:same])
}

// has tells that the engine has an image of the store, with all that it consists of.
func (i storedImage) has(ctx context.Context, image store.PlatformImage) bool {
	engine := i.bench.host.EngineClient()
	if !i.bench.Engine.ContainerdStore {
		id := image.Manifest.Config.Digest.String()
		found, err := engine.ImageInspect(ctx, id)
		return err == nil && found.ID == id // a layer of it cannot be missing there
	}
	id := image.Image.Manifest.Digest
	found, err := engine.ImageInspect(ctx, id.String(), dockerclient.ImageInspectWithManifests(true))
	if err != nil {
		return false
	}
	for _, m := range found.Manifests {
		if m.Descriptor.Digest == id {
			return m.Available
		}
	}
	return false
}
