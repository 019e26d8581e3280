package builder

import (
	"context"
	"errors"

	cerrdefs "github.com/containerd/errdefs"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver/bkimage"
	"github.com/docker/buildx/util/dockerutil"
)

// NoImageError says that a node did not start because the engine could not get the image of its BuildKit daemon.
type NoImageError struct {
	// Image is the name the engine was asked for.
	Image string
	err   error
}

// Error implements error.
func (e *NoImageError) Error() string { return e.err.Error() }

// Unwrap gives the engine's words.
func (e *NoImageError) Unwrap() error { return e.err }

// explainBoot tells whether a node's container could not be started for want of its image: buildx pulls it, and takes
// the one that is there where that fails. An engine that was silent is not asked, and none is waited for without end.
func (b *Builder) explainBoot(ctx context.Context, node buildxbuilder.Node, err error) error {
	if _, silent := errors.AsType[*SilentNodeError](err); silent || b.Driver != ContainerDriver {
		return err
	}
	image := node.DriverOpts["image"]
	if image == "" {
		image = bkimage.DefaultImage
	}
	api, apiErr := dockerutil.NewClientAPI(b.dockerCLI, node.Endpoint)
	if apiErr != nil {
		return err
	}
	defer func() { _ = api.Close() }()
	question, done := patiently(ctx, node.Endpoint)
	defer done()
	if _, inspectErr := api.ImageInspect(question, image); cerrdefs.IsNotFound(inspectErr) {
		return &NoImageError{Image: image, err: err}
	}
	return err
}
