package source_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// A process that can open no more files knows nothing of an image.
func TestNoMoreFiles(t *testing.T) {
	err := source.Unreadable(ocispec.Descriptor{}, fmt.Errorf("opening: %w", syscall.EMFILE))
	assert.ErrorIs(t, err, syscall.EMFILE)
	assert.Check(t, !errors.Is(err, registry.ErrIntegrity), "%v", err)
}
