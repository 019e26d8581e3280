package trial

import (
	"context"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// Subject is one image to try. There are two: an image of the store, and an image of a registry.
type Subject interface {
	record.Reader
	image() manifest.Image
	// identity is by what it is known what the image has failed.
	identity(ctx context.Context) (Identity, error)
	// ours tells that what is recorded of the image was recorded on this machine.
	ours() bool
	// from is the repository that engines pull it from; empty: they are given it from here, or it was asked for as what
	// stands in a registry.
	from() string
	// audit looks for programs of other platforms.
	audit(ctx context.Context) (audit.Report, error)
	// load makes the engine hold exactly this image. The error is [otherOSError] for an engine that cannot.
	load(ctx context.Context) (Loaded, error)
}

// Loaded is an image that the engine holds.
type Loaded struct {
	// name is what it is called there.
	name string
	// describe tells the tests what they want to know of it.
	describe func(context.Context) (localtest.Image, error)
	// again gives the engine the image once more; nil: that is not done.
	again func(context.Context) error
}
