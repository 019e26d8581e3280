package source

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/containerd/containerd/v2/core/content"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// CheckPlatform compares the platform of an entry with that of its config, which it
// reads through blobs and lets them keep. A contradiction is [platform.ErrInvalid]: most
// often an image of another architecture was listed by mistake. It is none that a
// config leaves out the variant or the os.version, and none where the platform was
// set by hand.
func CheckPlatform(ctx context.Context, entry Entry, blobs *Blobs) error {
	if entry.Set || entry.Annotations[PlatformSetAnnotation] != "" {
		return nil
	}
	body, err := content.ReadBlob(ctx, blobs, entry.Manifest)
	if err != nil {
		return fmt.Errorf("reading %q: %w", entry.Source, Unreadable(entry.Manifest, err))
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return fmt.Errorf("reading manifest %s of %q: %w: %w", entry.Manifest.Digest, entry.Source, manifest.ErrIndex, err)
	}
	config, err := readConfig(ctx, blobs, m.Config)
	if err != nil {
		return fmt.Errorf("reading %q: %w", entry.Source, err)
	}
	blobs.Keep(m.Config, config)
	var stated ocispec.Platform
	if err := json.Unmarshal(config, &stated); err != nil {
		return fmt.Errorf("reading config %s of %q: %w: %w", m.Config.Digest, entry.Source, manifest.ErrIndex, err)
	}
	if platform.Contradicts(entry.Platform, stated) {
		return fmt.Errorf("merging %s of %q: %w: its config says %s",
			platform.Format(entry.Platform), entry.Source, platform.ErrInvalid, platform.Format(stated))
	}
	return nil
}

// readConfig reads a config through blobs, which may stream it unchecked.
func readConfig(ctx context.Context, blobs *Blobs, desc ocispec.Descriptor) ([]byte, error) {
	if desc.Size < 0 || desc.Size > manifest.MaxDocument {
		return nil, fmt.Errorf("reading config %s: %w: it has %d bytes", desc.Digest, registry.ErrIntegrity, desc.Size)
	}
	if err := desc.Digest.Validate(); err != nil {
		return nil, fmt.Errorf("reading config %q: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	body, err := content.ReadBlob(ctx, blobs, desc)
	if err != nil {
		return nil, Unreadable(desc, err)
	}
	if got := desc.Digest.Algorithm().FromBytes(body); got != desc.Digest {
		return nil, fmt.Errorf("reading config %s: %w: its content has digest %s", desc.Digest, registry.ErrIntegrity, got)
	}
	return body, nil
}
