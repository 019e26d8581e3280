package localtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"

	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"
)

// fakeEngine is an engine whose containers end as told; one without an end runs forever.
type fakeEngine struct {
	mu sync.Mutex
	// ends are the exit codes of the containers, in the order they are made; -1 runs forever, broken loses the engine.
	ends    []int
	oom     bool
	health  []*enginecontainer.Health
	execs   []int
	stdout  string
	stderr  string
	created []dockerclient.ContainerCreateOptions
	started int
	running bool
	removed []string
	commits int
	images  []string
	ran     [][]string
}

const (
	forever = -1
	broken  = -2
)

var _ Engine = (*fakeEngine)(nil)

func (f *fakeEngine) ContainerCreate(
	_ context.Context, options dockerclient.ContainerCreateOptions,
) (dockerclient.ContainerCreateResult, error) {
	f.created = append(f.created, options)
	return dockerclient.ContainerCreateResult{ID: "c"}, nil
}

func (f *fakeEngine) ContainerStart(
	context.Context, string, dockerclient.ContainerStartOptions,
) (dockerclient.ContainerStartResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started++
	f.running = f.end() == forever
	return dockerclient.ContainerStartResult{}, nil
}

// end is how the present container ends.
func (f *fakeEngine) end() int { return f.ends[min(len(f.created), len(f.ends))-1] }

func (f *fakeEngine) ContainerWait(
	context.Context, string, dockerclient.ContainerWaitOptions,
) dockerclient.ContainerWaitResult {
	result, lost := make(chan enginecontainer.WaitResponse, 1), make(chan error, 1)
	switch end := f.end(); end {
	case forever:
	case broken:
		lost <- io.ErrUnexpectedEOF
	default:
		result <- enginecontainer.WaitResponse{StatusCode: int64(end)}
	}
	return dockerclient.ContainerWaitResult{Result: result, Error: lost}
}

func (f *fakeEngine) ContainerLogs(
	context.Context, string, dockerclient.ContainerLogsOptions,
) (dockerclient.ContainerLogsResult, error) {
	return io.NopCloser(bytes.NewReader(append(frame(1, f.stdout), frame(2, f.stderr)...))), nil
}

// frame is a piece of stdout (1) or stderr (2) as the engine sends it.
func frame(stream byte, text string) []byte {
	header := make([]byte, 8)
	header[0] = stream
	binary.BigEndian.PutUint32(header[4:], uint32(len(text)))
	return append(header, text...)
}

func (f *fakeEngine) ContainerInspect(
	context.Context, string, dockerclient.ContainerInspectOptions,
) (dockerclient.ContainerInspectResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	state := &enginecontainer.State{OOMKilled: f.oom, Running: f.running, ExitCode: max(f.end(), 0)}
	if len(f.health) > 0 {
		state.Health = f.health[0]
		if len(f.health) > 1 {
			f.health = f.health[1:]
		}
	}
	return dockerclient.ContainerInspectResult{Container: enginecontainer.InspectResponse{State: state}}, nil
}

func (f *fakeEngine) ContainerRemove(
	_ context.Context, id string, _ dockerclient.ContainerRemoveOptions,
) (dockerclient.ContainerRemoveResult, error) {
	f.removed = append(f.removed, id)
	return dockerclient.ContainerRemoveResult{}, nil
}

func (f *fakeEngine) ExecCreate(
	_ context.Context, _ string, options dockerclient.ExecCreateOptions,
) (dockerclient.ExecCreateResult, error) {
	f.ran = append(f.ran, options.Cmd)
	return dockerclient.ExecCreateResult{ID: "e"}, nil
}

func (f *fakeEngine) ExecAttach(
	context.Context, string, dockerclient.ExecAttachOptions,
) (dockerclient.ExecAttachResult, error) {
	ours, theirs := net.Pipe()
	_ = theirs.Close()
	return dockerclient.ExecAttachResult{HijackedResponse: dockerclient.HijackedResponse{
		Conn: ours, Reader: bufio.NewReader(bytes.NewReader(frame(1, "inside"))),
	}}, nil
}

func (f *fakeEngine) ExecInspect(
	context.Context, string, dockerclient.ExecInspectOptions,
) (dockerclient.ExecInspectResult, error) {
	code := f.execs[0]
	if len(f.execs) > 1 {
		f.execs = f.execs[1:]
	}
	return dockerclient.ExecInspectResult{ExitCode: code}, nil
}

func (f *fakeEngine) ContainerCommit(
	context.Context, string, dockerclient.ContainerCommitOptions,
) (dockerclient.ContainerCommitResult, error) {
	f.commits++
	return dockerclient.ContainerCommitResult{ID: "kept"}, nil
}

func (f *fakeEngine) ImageRemove(
	_ context.Context, id string, _ dockerclient.ImageRemoveOptions,
) (dockerclient.ImageRemoveResult, error) {
	f.images = append(f.images, id)
	return dockerclient.ImageRemoveResult{}, nil
}

func (f *fakeEngine) ContainerAttach(
	context.Context, string, dockerclient.ContainerAttachOptions,
) (dockerclient.ContainerAttachResult, error) {
	ours, theirs := net.Pipe()
	_ = theirs.Close()
	return dockerclient.ContainerAttachResult{HijackedResponse: dockerclient.HijackedResponse{
		Conn: ours, Reader: bufio.NewReader(theirs),
	}}, nil
}
