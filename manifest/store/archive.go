package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/core/images/archive"
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Archive writes the tar that the engine's load endpoint reads: one platform's image under a name, for both of its
// image stores (index.json and manifest.json inside). It is the image manifest that is named, not an index around it,
// so that the image ID is the manifest digest on the containerd store. Blobs are hashed as they are written: an error
// that wraps [ErrCorrupt] comes before the first byte where something is missing, and later where bytes are wrong.
func (s *Store) Archive(ctx context.Context, w io.Writer, image ocispec.Descriptor, name string) error {
	return s.ArchiveWithout(ctx, w, image, name, nil)
}

// ArchiveWithout is [Store.Archive] without the blobs that are there already, where it is read.
func (s *Store) ArchiveWithout(
	ctx context.Context, w io.Writer, image ocispec.Descriptor, name string, there []ocispec.Descriptor,
) error {
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return fmt.Errorf("archiving image %s as %q: %w", image.Digest, name, err)
	}
	// Export only logs a manifest it cannot find and writes an archive without it.
	if err := s.completeManifest(ctx, image); err != nil {
		return fmt.Errorf("archiving image %s as %q: %w", image.Digest, name, err)
	}
	desc := ocispec.Descriptor{
		MediaType: image.MediaType,
		Digest:    image.Digest,
		Size:      image.Size,
		Platform:  image.Platform,
	}
	if err := archive.Export(ctx, s.content, contextWriter{ctx: ctx, Writer: w},
		archive.WithManifest(desc, reference.TagNameOnly(named).String()),
		archive.WithAllPlatforms(),
		archive.WithBlobFilter(func(blob ocispec.Descriptor) bool {
			left := slices.ContainsFunc(there, func(d ocispec.Descriptor) bool { return d.Digest == blob.Digest })
			return !left && !images.IsNonDistributable(blob.MediaType)
		}),
	); err != nil {
		if damage := s.checkLayers(ctx, image); errors.Is(damage, ErrCorrupt) {
			err = damage
		}
		return fmt.Errorf("archiving image %s as %q: %w", image.Digest, name, err)
	}
	return nil
}

// checkLayers checks the bytes of the layers of an image.
func (s *Store) checkLayers(ctx context.Context, image ocispec.Descriptor) error {
	found, err := s.readManifest(ctx, image)
	if err != nil {
		return err
	}
	for _, layer := range found.Layers {
		if images.IsNonDistributable(layer.MediaType) {
			continue
		}
		if err := s.CheckWhole(ctx, layer); err != nil {
			return err
		}
	}
	return nil
}

// ArchiveSize returns the bytes of content in the archive of an image, for progress; the tar has some more around it.
func (s *Store) ArchiveSize(ctx context.Context, image ocispec.Descriptor) (int64, error) {
	found, err := s.readManifest(ctx, image)
	if err != nil {
		return 0, fmt.Errorf("sizing image %s: %w", image.Digest, err)
	}
	sizes := map[string]int64{}
	for _, desc := range append([]ocispec.Descriptor{image, found.Config}, found.Layers...) {
		if !images.IsNonDistributable(desc.MediaType) {
			sizes[desc.Digest.String()] = desc.Size
		}
	}
	var total int64
	for _, size := range sizes {
		total += size
	}
	return total, nil
}

// contextWriter ends with the error of its context.
type contextWriter struct {
	io.Writer
	ctx context.Context
}

// Write implements io.Writer.
func (w contextWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}
