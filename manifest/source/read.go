package source

import (
	"errors"
	"fmt"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// Unreadable says what it means that a part cannot be read: the image is broken,
// unless the registry of a source does not answer now, or says no, or this machine opens no more files.
func Unreadable(desc ocispec.Descriptor, err error) error {
	if errors.Is(err, registry.ErrUnavailable) || errors.Is(err, registry.ErrRefused) || localfile.Exhausted(err) {
		return err
	}
	return fmt.Errorf("reading %s: %w: %w", desc.Digest, registry.ErrIntegrity, err)
}
