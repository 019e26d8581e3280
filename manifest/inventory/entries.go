package inventory

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Entries has every entry of a layer's archive taken, in the order it has, and checks the digest of the layer. Errors
// wrap [ErrLayer] and [ErrLimit] where those apply.
func (r Reader) Entries(
	ctx context.Context, layer ocispec.Descriptor, take func(h *tar.Header, body io.Reader) error,
) error {
	total := &totals{}
	total.allow([]Layer{{Descriptor: layer}})
	_, err := r.verified(ctx, layer, total, func(archive *tar.Reader, body meter) error {
		body.Reader = archive
		for {
			h, err := archive.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err == nil {
				err = total.add(1, len(h.Name)+len(h.Linkname))
			}
			if err == nil {
				err = take(h, &body)
			}
			if err != nil {
				return err
			}
		}
	})
	if err != nil {
		return fmt.Errorf("reading layer %s: %w", layer.Digest, err)
	}
	return nil
}

// Documents reads the manifest of an image and its config, and checks both.
func (r Reader) Documents(
	ctx context.Context, image ocispec.Descriptor,
) (m ocispec.Manifest, config []byte, err error) {
	if _, err := r.document(ctx, image, &m); err != nil {
		return m, nil, err
	}
	var parsed ocispec.Image
	config, err = r.document(ctx, m.Config, &parsed)
	return m, config, err
}

// Image reads the manifest of an image and its config, and checks both.
func (r Reader) Image(
	ctx context.Context, image ocispec.Descriptor,
) (m ocispec.Manifest, config ocispec.Image, err error) {
	if _, err := r.document(ctx, image, &m); err != nil {
		return m, config, err
	}
	_, err = r.document(ctx, m.Config, &config)
	return m, config, err
}
