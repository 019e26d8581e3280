package plugin

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// readAt reads blobs and manifests at a place.
func readAt(place manifest.Place) reader {
	return func(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
		if images.IsManifestType(desc.MediaType) || images.IsIndexType(desc.MediaType) {
			_, body, err := place.Resolve(ctx, desc.Digest.String())
			return body, err
		}
		return place.Fetch(ctx, desc)
	}
}

// recordIn reads the test record of an image; ok is false when there is none.
func recordIn(
	ctx context.Context, read reader, image manifest.Image,
) (record manifest.TestResult, ok bool, err error) {
	if image.Attestation == nil {
		return record, false, nil
	}
	body, err := read(ctx, *image.Attestation)
	if err != nil {
		return record, false, err
	}
	predicates, err := manifest.Predicates(body)
	if err != nil {
		return record, false, err
	}
	layer, ok := predicates[manifest.TestResultType]
	if !ok {
		return record, false, nil
	}
	statement, err := read(ctx, layer)
	if err != nil {
		return record, false, err
	}
	record, err = manifest.ParseStatement(statement, image.Manifest.Digest)
	return record, err == nil, err
}

// configOf is the digest of an image's config.
func configOf(ctx context.Context, read reader, image ocispec.Descriptor) (digest.Digest, error) {
	body, err := read(ctx, image)
	if err != nil {
		return "", err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return "", fmt.Errorf("reading manifest %s: %w", image.Digest, err)
	}
	return m.Config.Digest, nil
}
