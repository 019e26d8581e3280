package release

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// learning reads at a place, and lets origins know what was read, where there are any.
type learning struct {
	record.Reader
	place   source.Place
	origins *source.Blobs
}

// Read implements [record.Reader].
func (l learning) Read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	body, err := l.Reader.Read(ctx, desc)
	if err == nil && l.origins != nil {
		l.origins.Learn(l.place, desc, body)
	}
	return body, err
}

// Write implements [record.Writer]: what is made stands among what is to be published.
func (l learning) Write(ctx context.Context, blob manifest.Blob) error {
	return l.origins.Write(ctx, blob)
}

// configOf is the digest of an image's config.
func configOf(ctx context.Context, read record.Reader, image ocispec.Descriptor) (digest.Digest, error) {
	body, err := read.Read(ctx, image)
	if err != nil {
		return "", err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return "", fmt.Errorf("reading manifest %s: %w", image.Digest, err)
	}
	return m.Config.Digest, nil
}
