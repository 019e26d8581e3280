package store

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// Read is [Store.ReadBlob], as who reads test records asks for it.
func (s *Store) Read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	return s.ReadBlob(ctx, desc)
}

// Write is [Store.WriteBlob], as who adds test records asks for it.
func (s *Store) Write(ctx context.Context, blob manifest.Blob) error {
	_, err := s.WriteBlob(ctx, blob.Descriptor.MediaType, blob.Body)
	return err
}
