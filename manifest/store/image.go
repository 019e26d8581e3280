package store

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// PlatformImage is one platform's image in the store, read and checked.
type PlatformImage struct {
	Image    manifest.Image
	Manifest ocispec.Manifest
	Config   ocispec.Image
}

// PlatformImage reads and checks the manifest and the config of one platform's image.
func (s *Store) PlatformImage(ctx context.Context, image manifest.Image) (PlatformImage, error) {
	read := PlatformImage{Image: image}
	var err error
	read.Manifest, read.Config, err = s.Image(ctx, image.Manifest)
	return read, err
}
