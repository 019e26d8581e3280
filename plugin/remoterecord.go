package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/images"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// record puts a test record into the attestation manifest of an image in the registry: a new one, by digest.
func (p *published) record(ctx context.Context, image *manifest.Image, result manifest.TestResult) error {
	statement, err := manifest.Statement(p.name.Name(), image.Manifest.Digest, result)
	if err != nil {
		return err
	}
	existing, err := p.attestation(ctx, image.Attestation)
	if err != nil {
		return err
	}
	attestation, err := manifest.AddStatement(existing, image.Manifest, manifest.TestResultType, statement)
	if err != nil {
		return err
	}
	for _, blob := range attestation.New {
		desc, body := blob.Descriptor, blob.Body
		if images.IsManifestType(desc.MediaType) {
			err = p.repository.PutManifest(ctx, desc.Digest.String(), desc.MediaType, body)
		} else {
			_, err = p.repository.PushBlob(ctx, desc, func() (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(body)), nil
			}, nil)
		}
		if err != nil {
			return err
		}
	}
	image.Attestation = &attestation.Descriptor
	return nil
}

// attestation reads an attestation manifest, nil when there is none.
func (p *published) attestation(ctx context.Context, desc *ocispec.Descriptor) (*manifest.Attestation, error) {
	if desc == nil {
		return nil, nil
	}
	_, body, err := p.repository.Resolve(ctx, desc.Digest.String())
	if err != nil {
		return nil, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("reading attestation manifest %s: %w", desc.Digest, err)
	}
	config, err := p.repository.Fetch(ctx, m.Config)
	return &manifest.Attestation{Descriptor: *desc, Manifest: body, Config: config}, err
}
