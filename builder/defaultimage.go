package builder

import "github.com/docker/buildx/driver/bkimage"

// DefaultImage is the image of a builder that was given none.
func DefaultImage() string { return bkimage.DefaultImage }
