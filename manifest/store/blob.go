package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// WriteBlob stores bytes and returns their descriptor. Storing what is there already changes nothing.
func (s *Store) WriteBlob(ctx context.Context, mediaType string, body []byte) (ocispec.Descriptor, error) {
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	ref := "write-" + desc.Digest.String()
	if err := content.WriteBlob(ctx, s.content, ref, bytes.NewReader(body), desc); err != nil {
		return ocispec.Descriptor{}, fmt.Errorf("writing blob %s: %w", desc.Digest, err)
	}
	return desc, nil
}

// ReadBlob returns the bytes of a manifest, index, config or statement of at most [manifest.MaxDocument] bytes. They
// have the size and the digest of the descriptor, or the error wraps [ErrCorrupt].
func (s *Store) ReadBlob(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	if err := s.checkSize(ctx, desc); err != nil {
		return nil, fmt.Errorf("reading blob %s: %w", desc.Digest, err)
	}
	if desc.Size > manifest.MaxDocument {
		return nil, fmt.Errorf("reading blob %s: %d bytes, more than %d", desc.Digest, desc.Size, manifest.MaxDocument)
	}
	reader, err := s.content.ReaderAt(ctx, desc)
	if err != nil {
		return nil, fmt.Errorf("reading blob %s: %w", desc.Digest, s.damaged(err))
	}
	defer reader.Close()
	body, _, err := localfile.Stream(content.NewReader(reader), desc.Size)
	if err != nil {
		return nil, fmt.Errorf("reading blob %s: %w", desc.Digest, s.damaged(err))
	}
	if found := desc.Digest.Algorithm().FromBytes(body); found != desc.Digest {
		return nil, fmt.Errorf("reading blob %s: %w: its bytes have digest %s", desc.Digest, ErrCorrupt, found)
	}
	return body, nil
}

// Image returns the manifest and the config of one platform's image.
func (s *Store) Image(ctx context.Context, desc ocispec.Descriptor) (ocispec.Manifest, ocispec.Image, error) {
	found, err := s.readManifest(ctx, desc)
	if err != nil {
		return ocispec.Manifest{}, ocispec.Image{}, err
	}
	body, err := s.ReadBlob(ctx, found.Config)
	if err != nil {
		return ocispec.Manifest{}, ocispec.Image{}, fmt.Errorf("reading the config of image %s: %w", desc.Digest, err)
	}
	var config ocispec.Image
	if err := json.Unmarshal(body, &config); err != nil {
		return ocispec.Manifest{}, ocispec.Image{}, fmt.Errorf("reading the config of image %s: %w: %w",
			desc.Digest, ErrCorrupt, err)
	}
	return found, config, nil
}

// readManifest reads an image or attestation manifest.
func (s *Store) readManifest(ctx context.Context, desc ocispec.Descriptor) (ocispec.Manifest, error) {
	if !images.IsManifestType(desc.MediaType) {
		return ocispec.Manifest{}, fmt.Errorf("reading manifest %s: its media type is %q", desc.Digest, desc.MediaType)
	}
	body, err := s.ReadBlob(ctx, desc)
	if err != nil {
		return ocispec.Manifest{}, err
	}
	var found ocispec.Manifest
	if err := json.Unmarshal(body, &found); err != nil {
		return ocispec.Manifest{}, fmt.Errorf("reading manifest %s: %w: %w", desc.Digest, ErrCorrupt, err)
	}
	return found, nil
}

// copyContext copies until the end of a reader or of ctx.
func copyContext(ctx context.Context, to io.Writer, from io.Reader) error {
	_, err := io.Copy(to, contextReader{ctx: ctx, Reader: from})
	return err
}

// contextReader ends with the error of its context.
type contextReader struct {
	io.Reader
	ctx context.Context
}

// Read implements io.Reader.
func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// CheckComplete checks that everything an index refers to is in the store: manifests and configs by hash, layers by
// size. What is missing or truncated is named in an error that wraps [ErrCorrupt]. Layers that may not be distributed,
// such as Windows base layers, need not be there, nor those of the images named as elsewhere.
func (s *Store) CheckComplete(ctx context.Context, index ocispec.Descriptor, elsewhere ...digest.Digest) error {
	body, err := s.ReadBlob(ctx, index)
	if err != nil {
		return fmt.Errorf("checking index %s: %w", index.Digest, err)
	}
	imgs, err := manifest.ParseIndex(body)
	if err != nil {
		return fmt.Errorf("checking index %s: %w: %w", index.Digest, ErrCorrupt, err)
	}
	for _, img := range imgs {
		if err := s.CheckImage(ctx, img, elsewhere...); err != nil {
			return err
		}
	}
	return nil
}

// CheckImage is CheckComplete for the image of one platform and its attestations. An image that is for another platform
// than the index says is damage, too.
func (s *Store) CheckImage(ctx context.Context, img manifest.Image, elsewhere ...digest.Digest) error {
	check := s.completeManifest
	if slices.Contains(elsewhere, img.Manifest.Digest) {
		check = func(ctx context.Context, desc ocispec.Descriptor) error {
			_, _, err := s.Image(ctx, desc)
			return err
		}
	}
	if err := check(ctx, img.Manifest); err != nil {
		return fmt.Errorf("checking the image for %s: %w", platform.Format(img.Platform), err)
	}
	if err := s.checkPlatform(ctx, img); err != nil {
		return err
	}
	if img.Attestation == nil {
		return nil
	}
	if err := s.completeManifest(ctx, *img.Attestation); err != nil {
		return fmt.Errorf("checking the attestation for %s: %w", platform.Format(img.Platform), err)
	}
	return nil
}

// checkPlatform compares the platform that the index says with that of the config, where both say one.
func (s *Store) checkPlatform(ctx context.Context, img manifest.Image) error {
	_, config, err := s.Image(ctx, img.Manifest)
	if err != nil {
		return err
	}
	if img.Platform.OS == "" || config.OS == "" || !platform.Contradicts(img.Platform, config.Platform) {
		return nil
	}
	return &OtherPlatformError{Listed: img.Platform, Says: config.Platform}
}

// completeManifest checks one manifest with its config and layers.
func (s *Store) completeManifest(ctx context.Context, desc ocispec.Descriptor) error {
	found, err := s.readManifest(ctx, desc)
	if err != nil {
		return err
	}
	if _, err := s.ReadBlob(ctx, found.Config); err != nil {
		return fmt.Errorf("checking the config: %w", err)
	}
	for _, layer := range found.Layers {
		if images.IsNonDistributable(layer.MediaType) {
			continue
		}
		if err := s.checkSize(ctx, layer); err != nil {
			return fmt.Errorf("checking layer %s: %w", layer.Digest, err)
		}
	}
	return nil
}

// CheckWhole reads a blob of any size, and refuses one whose bytes are not those of its descriptor with an error that
// wraps [ErrCorrupt].
func (s *Store) CheckWhole(ctx context.Context, desc ocispec.Descriptor) error {
	err := s.checkSize(ctx, desc)
	if err == nil {
		var whole bool
		whole, err = s.content.hashes(ctx, desc)
		if err == nil && !whole {
			s.content.suspects.Store(desc.Digest, true)
			err = fmt.Errorf("%w: its bytes have another digest", ErrCorrupt)
		}
	}
	if err != nil {
		return fmt.Errorf("checking blob %s: %w", desc.Digest, err)
	}
	return nil
}

// checkSize refuses a blob that is missing or does not have the size of its descriptor.
func (s *Store) checkSize(ctx context.Context, desc ocispec.Descriptor) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	info, err := s.content.Info(ctx, desc.Digest)
	if err != nil {
		return s.damaged(err)
	}
	if info.Size != desc.Size {
		return fmt.Errorf("%w: it has %d bytes, not %d", ErrCorrupt, info.Size, desc.Size)
	}
	return nil
}
