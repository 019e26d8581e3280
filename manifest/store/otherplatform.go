package store

import (
	"fmt"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// OtherPlatformError is an image that is listed for another platform than its config says: the Dockerfile that it is of
// names one itself, or the store was changed. It is of class [ErrCorrupt].
type OtherPlatformError struct {
	Listed, Says ocispec.Platform
}

// Error implements error.
func (e *OtherPlatformError) Error() string {
	return fmt.Sprintf("the image for %s says in its config that it is for %s: its Dockerfile has FROM --platform, "+
		"or the store was changed", platform.Format(e.Listed), platform.Format(e.Says))
}

// Unwrap classifies the error.
func (*OtherPlatformError) Unwrap() error { return ErrCorrupt }
