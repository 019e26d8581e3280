package plugin

import (
	"bytes"
	"context"
	"io"

	"github.com/containerd/containerd/v2/core/images"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// registryBlobs pushes what is recorded of an image into its repository.
type registryBlobs struct {
	manifest.PlaceReader
	repository *registry.Repository
}

// Write implements [record.Writer]: manifests are written by digest, and no tag is.
func (r registryBlobs) Write(ctx context.Context, blob manifest.Blob) error {
	desc, body := blob.Descriptor, blob.Body
	if images.IsManifestType(desc.MediaType) {
		return r.repository.PutManifest(ctx, desc.Digest.String(), desc.MediaType, body)
	}
	_, err := r.repository.PushBlob(ctx, desc, func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(body)), nil
	}, nil)
	return err
}
