package container

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/moby/moby/api/pkg/stdcopy"
	dockerclient "github.com/moby/moby/client"
)

// ExecEngine is what running a command in a container that runs already needs of the Engine API.
type ExecEngine interface {
	ExecCreate(context.Context, string, dockerclient.ExecCreateOptions) (dockerclient.ExecCreateResult, error)
	ExecAttach(context.Context, string, dockerclient.ExecAttachOptions) (dockerclient.ExecAttachResult, error)
	ExecInspect(context.Context, string, dockerclient.ExecInspectOptions) (dockerclient.ExecInspectResult, error)
}

// Exec runs a command in a running container and waits for its end. The error is for an engine that does not answer,
// a container that does not run, or ctx; a command that cannot be started is an [Exit] with Refused or, as the engine
// has it, with code 126 or 127.
func Exec(ctx context.Context, engine ExecEngine, id string, command ...string) (Exit, error) {
	created, err := engine.ExecCreate(ctx, id, dockerclient.ExecCreateOptions{
		Cmd: command, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return Exit{}, fmt.Errorf("preparing a command in container %.12s: %w", id, err)
	}
	attached, err := engine.ExecAttach(ctx, created.ID, dockerclient.ExecAttachOptions{})
	if err != nil {
		if refusal(err) {
			return Exit{Refused: err}, nil
		}
		return Exit{}, fmt.Errorf("starting a command in container %.12s: %w", id, err)
	}
	defer attached.Close()
	// the connection is hijacked from HTTP and knows no ctx
	defer context.AfterFunc(ctx, attached.Close)()
	var out, errOut Kept
	_, err = stdcopy.StdCopy(&out, &errOut, attached.Reader)
	if err != nil && !errors.Is(err, io.EOF) && ctx.Err() == nil {
		return Exit{}, fmt.Errorf("reading the output of a command in container %.12s: %w", id, err)
	}
	if ctx.Err() != nil {
		return Exit{}, context.Cause(ctx)
	}
	state, err := engine.ExecInspect(ctx, created.ID, dockerclient.ExecInspectOptions{})
	if err != nil {
		return Exit{}, fmt.Errorf("asking how a command in container %.12s ended: %w", id, err)
	}
	return Exit{Code: state.ExitCode, Running: state.Running, Stdout: out.Bytes(), Stderr: errOut.Bytes()}, nil
}
