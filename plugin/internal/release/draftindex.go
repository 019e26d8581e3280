package release

import (
	"context"
	"maps"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// indexOf returns the index to publish: the draft's own bytes, unless only some of it ships or a waiver was
// recorded; then the draft takes over what was recorded.
func (a *FromDraft) indexOf(
	ctx context.Context, r Request, blobs record.Writer, d store.Draft, images []manifest.Image,
) (ocispec.Descriptor, error) {
	if slices.EqualFunc(images, d.Images, sameImage) {
		return d.Index, nil
	}
	if r.DryRun {
		return writeIndex(ctx, blobs, images, d.Annotations)
	}
	updated, err := a.Store.Update(ctx, d.Name, func(d *store.Draft) error {
		for _, image := range images {
			d.Images = replaceImage(d.Images, image)
		}
		return nil
	})
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	if slices.EqualFunc(images, updated.Images, sameImage) {
		return updated.Index, nil
	}
	return writeIndex(ctx, blobs, images, d.Annotations)
}

// writeIndex makes an index of images, and keeps it.
func writeIndex(
	ctx context.Context, s record.Writer, images []manifest.Image, annotations map[string]string,
) (ocispec.Descriptor, error) {
	body, desc, err := manifest.BuildIndex(images, annotations)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	return desc, s.Write(ctx, manifest.Blob{Descriptor: desc, Body: body})
}

// replaceImage puts an image in the place of that of the same platform.
func replaceImage(images []manifest.Image, image manifest.Image) []manifest.Image {
	out := slices.Clone(images)
	for i := range out {
		if platform.Equal(out[i].Platform, image.Platform) {
			out[i] = image
			return out
		}
	}
	return append(out, image)
}

// sameImage tells that two entries of an index would be the same.
func sameImage(a, b manifest.Image) bool {
	same := platform.Stated(a.Platform).Variant == platform.Stated(b.Platform).Variant
	return same && platform.Equal(a.Platform, b.Platform) && a.Manifest.Digest == b.Manifest.Digest &&
		digestOf(a) == digestOf(b) && maps.Equal(a.Annotations, b.Annotations)
}

// digestOf is the digest of an image's attestation manifest; empty where there is none.
func digestOf(image manifest.Image) string {
	if image.Attestation == nil {
		return ""
	}
	return image.Attestation.Digest.String()
}
