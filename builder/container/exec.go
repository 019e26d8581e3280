package container

import (
	"context"
	"fmt"

	"github.com/moby/moby/api/pkg/stdcopy"
	dockerclient "github.com/moby/moby/client"
)

// ExecEngine is what running a command in a container that runs already needs of the Engine API.
type ExecEngine interface {
	ExecCreate(context.Context, string, dockerclient.ExecCreateOptions) (dockerclient.ExecCreateResult, error)
	ExecAttach(context.Context, string, dockerclient.ExecAttachOptions) (dockerclient.ExecAttachResult, error)
	ExecInspect(context.Context, string, dockerclient.ExecInspectOptions) (dockerclient.ExecInspectResult, error)
}

// Exec runs a command in the running container id, with the privileges of that container.
func Exec(ctx context.Context, engine ExecEngine, id string, command ...string) (Exit, error) {
	what := fmt.Sprintf("running %q in container %q", command[0], id)
	created, err := engine.ExecCreate(ctx, id, dockerclient.ExecCreateOptions{
		Cmd: command, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return Exit{}, fmt.Errorf("%s: %w", what, err)
	}
	attached, err := engine.ExecAttach(ctx, created.ID, dockerclient.ExecAttachOptions{})
	if err != nil {
		return Exit{}, fmt.Errorf("%s: %w", what, err)
	}
	defer attached.Close()
	stop := context.AfterFunc(ctx, attached.Close) // a read of the connection does not see ctx
	defer stop()
	var out, errOut limited
	if _, err := stdcopy.StdCopy(&out, &errOut, attached.Reader); err != nil {
		return Exit{}, fmt.Errorf("%s: %w", what, err)
	}
	inspected, err := engine.ExecInspect(ctx, created.ID, dockerclient.ExecInspectOptions{})
	if err != nil {
		return Exit{}, fmt.Errorf("%s: %w", what, err)
	}
	return Exit{Code: inspected.ExitCode, Stdout: out.Bytes(), Stderr: errOut.Bytes()}, nil
}
