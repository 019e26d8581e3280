package manifest

import (
	"fmt"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// unknown is the os and the architecture of what is an entry of an index and no image, as BuildKit writes it.
const unknown = "unknown"

// PlatformOf reads the platform an image config states, normalised, with its os.version, os.features and variant. A
// config without os or architecture, as attestations and artifacts have it, is an error that wraps
// [platform.ErrInvalid].
func PlatformOf(config []byte) (ocispec.Platform, error) {
	var p ocispec.Platform
	if err := unmarshal(config, &p); err != nil {
		return ocispec.Platform{}, fmt.Errorf("reading the platform of an image config: %w: %w", platform.ErrInvalid, err)
	}
	if err := checkPlatform(p); err != nil {
		return ocispec.Platform{}, fmt.Errorf("reading the platform of an image config: %w: %w", platform.ErrInvalid, err)
	}
	if !isImagePlatform(&p) {
		return ocispec.Platform{}, fmt.Errorf("reading the platform of an image config: %w: os %q, architecture %q",
			platform.ErrInvalid, p.OS, p.Architecture)
	}
	return platforms.Normalize(p), nil
}

// isImagePlatform reports whether a platform is there and names a real os and architecture.
func isImagePlatform(p *ocispec.Platform) bool {
	return p != nil && p.OS != "" && p.Architecture != "" && p.OS != unknown && p.Architecture != unknown
}
