package localtest

import (
	"context"

	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// Engine is what running tests needs of the Engine API.
type Engine interface {
	container.Engine
	container.ExecEngine
	// ContainerAttach serves tests that feed standard input.
	ContainerAttach(
		context.Context, string, dockerclient.ContainerAttachOptions,
	) (dockerclient.ContainerAttachResult, error)
	// ContainerCommit and ImageRemove serve command tests with a setup.
	ContainerCommit(
		context.Context,
		string,
		dockerclient.ContainerCommitOptions,
	) (dockerclient.ContainerCommitResult, error)
	ImageRemove(context.Context, string, dockerclient.ImageRemoveOptions) (dockerclient.ImageRemoveResult, error)
}
