package record

import (
	"context"
	"encoding/json"
	"fmt"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// Predicates lists the statements of an image's attestation manifest by predicate type; of none there is nothing.
func Predicates(ctx context.Context, r Reader, image manifest.Image) (map[string]ocispec.Descriptor, error) {
	if image.Attestation == nil {
		return nil, nil
	}
	body, err := r.Read(ctx, *image.Attestation)
	if err != nil {
		return nil, err
	}
	return manifest.Predicates(body)
}

// Attest puts a statement of any predicate type into the attestation manifest of an image, in the place of an earlier
// one of that type, and returns the image as it is then.
func Attest(
	ctx context.Context, at ReadWriter, image manifest.Image, predicateType string, statement []byte,
) (manifest.Image, error) {
	existing, err := attestationOf(ctx, at, image)
	if err != nil {
		return image, err
	}
	attestation, err := manifest.AddStatement(existing, image.Manifest, predicateType, statement)
	if err != nil {
		return image, err
	}
	return write(ctx, at, image, attestation)
}

// attestationOf reads the attestation manifest of an image and its config; nil where there is none.
func attestationOf(ctx context.Context, r Reader, image manifest.Image) (*manifest.Attestation, error) {
	if image.Attestation == nil {
		return nil, nil
	}
	attestation := manifest.Attestation{Descriptor: *image.Attestation}
	var err error
	if attestation.Manifest, err = r.Read(ctx, *image.Attestation); err != nil {
		return nil, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(attestation.Manifest, &m); err != nil {
		return nil, fmt.Errorf("reading attestation manifest %s: %w", image.Attestation.Digest, err)
	}
	attestation.Config, err = r.Read(ctx, m.Config)
	return &attestation, err
}

// write keeps what a changed attestation manifest has that was not there before, and puts it to its image.
func write(
	ctx context.Context, w Writer, image manifest.Image, attestation manifest.Attestation,
) (manifest.Image, error) {
	for _, blob := range attestation.New {
		if err := w.Write(ctx, blob); err != nil {
			return image, err
		}
	}
	image.Attestation = &attestation.Descriptor
	return image, nil
}
