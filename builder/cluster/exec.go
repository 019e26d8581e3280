package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	dockerclient "github.com/moby/moby/client"
	"k8s.io/client-go/tools/remotecommand"
	exitcode "k8s.io/client-go/util/exec"
)

// command is a command in a container that runs.
type command struct {
	run  *run
	args []string
	code int
	err  error
	done chan struct{}
}

// notFound is the exit code of a command that cannot be started.
const notFound = 126

// ExecCreate prepares a command in the container of a Job.
func (p *Pool) ExecCreate(
	_ context.Context, name string, options dockerclient.ExecCreateOptions,
) (made dockerclient.ExecCreateResult, err error) {
	c := &command{run: p.run(name), args: options.Cmd, done: make(chan struct{})}
	made.ID = rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.execs[made.ID] = c
	return made, nil
}

// ExecAttach starts a command, and gives what it writes.
func (p *Pool) ExecAttach(
	ctx context.Context, id string, _ dockerclient.ExecAttachOptions,
) (attached dockerclient.ExecAttachResult, err error) {
	p.mu.Lock()
	c := p.execs[id]
	p.mu.Unlock()
	c.run.mu.Lock()
	path := p.core("pods", c.run.pod.Metadata.Name) + "/exec"
	c.run.mu.Unlock()
	query := url.Values{"container": {containerName}, "stdout": {"true"}, "stderr": {"true"}, "command": c.args}
	executor, err := remotecommand.NewSPDYExecutor(p.config, http.MethodPost, p.address(path, query))
	if err != nil {
		return attached, fmt.Errorf("starting a command in a pod: %w", err)
	}
	near, far := net.Pipe()
	go func() {
		defer close(c.done)
		defer func() { _ = far.Close() }()
		var mu sync.Mutex
		c.code, c.err = outcome(executor.StreamWithContext(ctx, remotecommand.StreamOptions{
			Stdout: frames{far, &mu, stdcopy.Stdout}, Stderr: frames{far, &mu, stdcopy.Stderr},
		}), frames{far, &mu, stdcopy.Stderr})
	}()
	attached.HijackedResponse = dockerclient.NewHijackedResponse(near, "")
	return attached, nil
}

// outcome is how a command has ended; one that the runtime does not start ends with what it says.
func outcome(err error, say frames) (code int, failed error) {
	if err == nil {
		return 0, nil
	}
	if exit, is := errors.AsType[exitcode.CodeExitError](err); is {
		return exit.Code, nil
	}
	if strings.Contains(strings.ToLower(err.Error()), "oci runtime exec failed") {
		_, _ = say.Write([]byte(err.Error() + "\n")) // who does not read it has gone
		return notFound, nil
	}
	return 0, err
}

// ExecInspect tells how a command has ended. The error is of class Conflict where its container has ended.
func (p *Pool) ExecInspect(
	ctx context.Context, id string, _ dockerclient.ExecInspectOptions,
) (found dockerclient.ExecInspectResult, err error) {
	p.mu.Lock()
	c := p.execs[id]
	delete(p.execs, id)
	p.mu.Unlock()
	select {
	case <-ctx.Done():
		return found, context.Cause(ctx)
	case <-c.done:
	}
	if c.err == nil {
		found.ExitCode = c.code
		return found, nil
	}
	pods, err := p.podsOf(ctx, c.run.name)
	if err != nil {
		return found, err
	}
	if len(pods) == 0 || !running(pods[0]) {
		return found, cerrdefs.ErrConflict
	}
	return found, fmt.Errorf("a command in pod %s: %w", pods[0].Metadata.Name, c.err)
}

// ContainerAttach would feed a program; what a cluster gives back does not tell standard output from error.
func (*Pool) ContainerAttach(
	context.Context, string, dockerclient.ContainerAttachOptions,
) (attached dockerclient.ContainerAttachResult, err error) {
	return attached, cerrdefs.ErrNotImplemented
}

// ContainerCommit would make an image of a container, which no cluster does.
func (*Pool) ContainerCommit(
	context.Context, string, dockerclient.ContainerCommitOptions,
) (made dockerclient.ContainerCommitResult, err error) {
	return made, cerrdefs.ErrNotImplemented
}

// ImageRemove would remove an image from nodes, which they do themselves.
func (*Pool) ImageRemove(
	context.Context, string, dockerclient.ImageRemoveOptions,
) (removed dockerclient.ImageRemoveResult, err error) {
	return removed, cerrdefs.ErrNotImplemented
}
