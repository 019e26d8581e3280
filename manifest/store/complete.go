package store

import (
	"context"
	"fmt"

	"github.com/containerd/containerd/v2/core/images"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// CheckComplete checks that everything an index refers to is in the store: manifests and configs by hash, layers by
// size. What is missing or truncated is named in an error that wraps [ErrCorrupt]. Layers that may not be distributed,
// such as Windows base layers, need not be there.
func (s *Store) CheckComplete(ctx context.Context, index ocispec.Descriptor) error {
	body, err := s.ReadBlob(ctx, index)
	if err != nil {
		return fmt.Errorf("checking index %s: %w", index.Digest, err)
	}
	imgs, err := manifest.ParseIndex(body)
	if err != nil {
		return fmt.Errorf("checking index %s: %w: %w", index.Digest, ErrCorrupt, err)
	}
	for _, img := range imgs {
		if err := s.completeManifest(ctx, img.Manifest); err != nil {
			return fmt.Errorf("checking the image for %s: %w", platform.Format(img.Platform), err)
		}
		if img.Attestation == nil {
			continue
		}
		if err := s.completeManifest(ctx, *img.Attestation); err != nil {
			return fmt.Errorf("checking the attestation for %s: %w", platform.Format(img.Platform), err)
		}
	}
	return nil
}

// completeManifest checks one manifest with its config and layers.
func (s *Store) completeManifest(ctx context.Context, desc ocispec.Descriptor) error {
	found, err := s.readManifest(ctx, desc)
	if err != nil {
		return err
	}
	if _, err := s.ReadBlob(ctx, found.Config); err != nil {
		return fmt.Errorf("checking the config: %w", err)
	}
	for _, layer := range found.Layers {
		if images.IsNonDistributable(layer.MediaType) {
			continue
		}
		if err := s.checkSize(ctx, layer); err != nil {
			return fmt.Errorf("checking layer %s: %w", layer.Digest, err)
		}
	}
	return nil
}

// checkSize refuses a blob that is missing or does not have the size of its descriptor.
func (s *Store) checkSize(ctx context.Context, desc ocispec.Descriptor) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	info, err := s.content.Info(ctx, desc.Digest)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if info.Size != desc.Size {
		return fmt.Errorf("%w: it has %d bytes, not %d", ErrCorrupt, info.Size, desc.Size)
	}
	return nil
}
