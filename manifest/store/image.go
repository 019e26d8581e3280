package store

import (
	"context"

	"github.com/opencontainers/go-digest"
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

// ConfigOf is the digest of an image's config, by which the bytes of an app are known, whatever manifests it has.
func (s *Store) ConfigOf(ctx context.Context, image manifest.Image) (digest.Digest, error) {
	found, err := s.readManifest(ctx, image.Manifest)
	return found.Config.Digest, err
}

// EngineIDs are the IDs that an image has in an engine once it is loaded: the digest of its manifest on the containerd
// image store, that of its config on a classic one. The latter is missing where the manifest is damaged.
func (s *Store) EngineIDs(ctx context.Context, image manifest.Image) []string {
	ids := []string{image.Manifest.Digest.String()}
	if found, err := s.readManifest(ctx, image.Manifest); err == nil {
		ids = append(ids, found.Config.Digest.String())
	}
	return ids
}
