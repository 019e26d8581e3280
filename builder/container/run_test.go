package container_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// fakeEngine is an engine whose containers end as told.
type fakeEngine struct {
	createErr, startErr error
	code                int64
	forever             bool
	lost                string
	// state is what the engine says of the container afterwards; nil: that it ended so.
	state *enginecontainer.State
	logs  []byte
	// endless output comes at once, that which drips never; a deaf engine does not begin to wait.
	endless, drips, deaf bool
	created              dockerclient.ContainerCreateOptions
	removed              []string
	removeCtx            error
	removeErr            error
}

var _ container.Engine = (*fakeEngine)(nil)

func (f *fakeEngine) ContainerCreate(
	_ context.Context, options dockerclient.ContainerCreateOptions,
) (dockerclient.ContainerCreateResult, error) {
	f.created = options
	return dockerclient.ContainerCreateResult{ID: "c1"}, f.createErr
}

func (f *fakeEngine) ContainerStart(
	context.Context, string, dockerclient.ContainerStartOptions,
) (dockerclient.ContainerStartResult, error) {
	return dockerclient.ContainerStartResult{}, f.startErr
}

func (f *fakeEngine) ContainerWait(
	ctx context.Context, _ string, _ dockerclient.ContainerWaitOptions,
) dockerclient.ContainerWaitResult {
	if f.deaf {
		<-ctx.Done()
	}
	result := make(chan enginecontainer.WaitResponse, 1)
	if !f.forever {
		response := enginecontainer.WaitResponse{StatusCode: f.code}
		if f.lost != "" {
			response.Error = &enginecontainer.WaitExitError{Message: f.lost}
		}
		result <- response
	}
	return dockerclient.ContainerWaitResult{Result: result, Error: make(chan error)}
}

func (f *fakeEngine) ContainerLogs(
	ctx context.Context, _ string, _ dockerclient.ContainerLogsOptions,
) (dockerclient.ContainerLogsResult, error) {
	if f.endless || f.drips {
		return io.NopCloser(&endlessLogs{ctx: ctx, drips: f.drips}), nil
	}
	return io.NopCloser(bytes.NewReader(f.logs)), nil
}

func (f *fakeEngine) ContainerInspect(
	context.Context, string, dockerclient.ContainerInspectOptions,
) (dockerclient.ContainerInspectResult, error) {
	state := f.state
	if state == nil {
		state = &enginecontainer.State{OOMKilled: f.code == 137, ExitCode: int(f.code)}
	}
	return dockerclient.ContainerInspectResult{
		Container: enginecontainer.InspectResponse{State: state},
	}, nil
}

func (f *fakeEngine) ContainerRemove(
	ctx context.Context, id string, _ dockerclient.ContainerRemoveOptions,
) (dockerclient.ContainerRemoveResult, error) {
	f.removed, f.removeCtx = append(f.removed, id), ctx.Err()
	return dockerclient.ContainerRemoveResult{}, f.removeErr
}

// endlessLogs is output without end: at once, or a message each second.
type endlessLogs struct {
	ctx   context.Context
	drips bool
	rest  []byte
}

// Read implements io.Reader.
func (e *endlessLogs) Read(p []byte) (int, error) {
	if len(e.rest) == 0 && e.drips {
		select {
		case <-e.ctx.Done():
		case <-time.After(time.Second):
		}
	}
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	if len(e.rest) == 0 {
		e.rest = frame(1, strings.Repeat("x", 1<<16))
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// frame is one message of a container's output as the Engine API streams it.
func frame(stream byte, text string) []byte {
	header := [8]byte{stream}
	binary.BigEndian.PutUint32(header[4:], uint32(len(text)))
	return append(header[:], text...)
}

func TestRunReportsTheEnd(t *testing.T) {
	engine := &fakeEngine{code: 3, logs: append(frame(1, "out"), frame(2, "err")...)}
	exit, err := container.Run(t.Context(), engine, container.Spec{
		Purpose: "test", Config: enginecontainer.Config{Image: "i"}, Host: enginecontainer.HostConfig{NetworkMode: "none"},
	})
	assert.NilError(t, err)
	assert.Equal(t, exit.Code, 3)
	assert.Equal(t, string(exit.Stdout)+"|"+string(exit.Stderr), "out|err")
	assert.DeepEqual(t, engine.removed, []string{"c1"})
	assert.DeepEqual(t, engine.created.Config.Labels, container.Labels("test"))
	assert.Equal(t, engine.created.HostConfig.NetworkMode, enginecontainer.NetworkMode("none"))
}

// An engine that tells two ends of a container has told none.
func TestRunOfAnEngineThatContradictsItself(t *testing.T) {
	for want, state := range map[string]enginecontainer.State{
		"the engine says that a container has ended with exit code 0, and that it runs": {Running: true},
		"the engine says that a container has ended with exit code 0, and with 137":     {ExitCode: 137},
	} {
		engine := &fakeEngine{state: &state}
		_, err := container.Run(t.Context(), engine, container.Spec{})
		assert.Error(t, err, want)
		assert.DeepEqual(t, engine.removed, []string{"c1"})
	}
}

// Of output that is too long the beginning and the end are kept: the reason of a failure is the last that is written.
func TestRunCutsOutput(t *testing.T) {
	line := "läuft " + strings.Repeat("x", 500) + "\n"
	long := "starting\n" + strings.Repeat(line, 3*container.OutputLimit/len(line)) + "error: no such table\n"
	var logs []byte
	for piece := range slices.Chunk([]byte(long), 16<<10) {
		logs = append(logs, frame(1, string(piece))...)
	}
	exit, err := container.Run(t.Context(), &fakeEngine{logs: logs}, container.Spec{})
	assert.NilError(t, err)
	text := string(exit.Stdout)
	assert.Check(t, len(text) <= container.OutputLimit && len(text) > container.OutputLimit*9/10, len(text))
	head, rest, _ := strings.Cut(text, "… ")
	note, tail, found := strings.Cut(rest, "\n")
	assert.Check(t, found && strings.HasPrefix(head, "starting\n"+line) && strings.HasSuffix(head, "\n"+line))
	assert.Check(t, strings.HasPrefix(tail, line) && strings.HasSuffix(tail, "\n"+line+"error: no such table\n"))
	assert.Equal(t, note, fmt.Sprintf("%d bytes left out …", len(long)-len(head)-len(tail)))
}

// An engine keeps no more than some files of output: where these are full, nobody knows what stood before.
func TestRunSaysWhatAnEngineDrops(t *testing.T) {
	const dropped = "… what was written before may be missing"
	for text, full := range map[string]bool{
		strings.Repeat("x\n", 100_000):              false,
		strings.Repeat("x\n", 120_000):              true,
		strings.Repeat("\x1b[31mx<\n", 95_000):      true,
		strings.Repeat("x", 7_900_000) + "\n":       false,
		strings.Repeat("x", 8_100_000) + "\nlast\n": true,
		strings.Repeat("\ufffd", 1_300_000) + "\n":  false,
		strings.Repeat("\ufffd", 1_400_000) + "\n":  true, // what is no text is kept as such, six bytes each
	} {
		exit, err := container.Run(t.Context(), &fakeEngine{logs: frame(2, text)}, container.Spec{})
		assert.NilError(t, err)
		assert.Equal(t, strings.HasPrefix(string(exit.Stderr), dropped), full, text[:10])
		assert.Equal(t, len(exit.Stdout), 0)
		assert.Equal(t, container.Partial(exit.Stderr, nil), full || len(text) > container.OutputLimit, text[:10])
		assert.Equal(t, container.Partial(exit.Stdout, exit.Stderr), full, text[:10])
	}
}

// An engine whose output is without end, in bytes or in time, or that never begins to wait, is given up.
func TestRunOfAnEngineWithoutEnd(t *testing.T) {
	for want, engine := range map[string]*fakeEngine{
		"reading the output of a container: the engine has sent more than 67108864 bytes":   {endless: true},
		"reading the output of a container: the engine has not come to its end within 2m0s": {drips: true},
		"waiting for a container: no answer within 30s":                                     {deaf: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, err := container.Run(t.Context(), engine, container.Spec{Limit: time.Second})
			assert.Error(t, err, want)
			assert.DeepEqual(t, engine.removed, []string{"c1"})
		})
	}
}

func TestRunTellsRefusalFromFailure(t *testing.T) {
	refusal := cerrdefs.ErrInvalidArgument.WithMessage("exec format error")
	exit, err := container.Run(t.Context(), &fakeEngine{startErr: refusal}, container.Spec{})
	assert.NilError(t, err)
	assert.ErrorIs(t, exit.Refused, refusal)

	gone := errors.New("connection refused")
	engine := &fakeEngine{startErr: gone}
	_, err = container.Run(t.Context(), engine, container.Spec{})
	assert.ErrorIs(t, err, gone)
	assert.DeepEqual(t, engine.removed, []string{"c1"})
}

func TestRunEndsAtItsLimit(t *testing.T) {
	engine := &fakeEngine{forever: true}
	exit, err := container.Run(t.Context(), engine, container.Spec{Limit: time.Millisecond})
	assert.NilError(t, err)
	assert.Assert(t, exit.Running)
	assert.DeepEqual(t, engine.removed, []string{"c1"})
}

func TestRunRemovesAfterCancel(t *testing.T) {
	engine := &fakeEngine{forever: true}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := container.Run(ctx, engine, container.Spec{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.DeepEqual(t, engine.removed, []string{"c1"})
	assert.NilError(t, engine.removeCtx)
}

func TestRunIsOverWhenWatched(t *testing.T) {
	engine := &fakeEngine{forever: true}
	var seen string
	exit, err := container.Run(t.Context(), engine, container.Spec{
		Limit: time.Minute,
		Watch: func(_ context.Context, id string) error { seen = id; return nil },
		After: func(context.Context, string) error { return errors.New("it has not ended by itself") },
	})
	assert.NilError(t, err)
	assert.Assert(t, exit.Running && exit.Watched)
	assert.Equal(t, seen, "c1")

	lost := errors.New("lost")
	_, err = container.Run(t.Context(), engine, container.Spec{
		Watch: func(context.Context, string) error { return lost },
	})
	assert.ErrorIs(t, err, lost)
}

// Watch has returned before Run does, whatever ends the run.
func TestRunWaitsForItsWatcher(t *testing.T) {
	for name, tc := range map[string]struct {
		engine *fakeEngine
		limit  time.Duration
	}{"the end": {&fakeEngine{}, 0}, "the limit": {&fakeEngine{forever: true}, time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			returned := false
			exit, err := container.Run(t.Context(), tc.engine, container.Spec{
				Limit: tc.limit,
				Watch: func(ctx context.Context, _ string) error { <-ctx.Done(); returned = true; return nil },
			})
			assert.NilError(t, err)
			assert.Assert(t, returned && !exit.Watched)
		})
	}
}

func TestRunLooksAfterTheEnd(t *testing.T) {
	engine := &fakeEngine{}
	var kept []string
	_, err := container.Run(t.Context(), engine, container.Spec{After: func(_ context.Context, id string) error {
		assert.Equal(t, len(engine.removed), 0)
		kept = append(kept, id)
		return nil
	}})
	assert.NilError(t, err)
	assert.DeepEqual(t, kept, []string{"c1"})
	assert.DeepEqual(t, engine.removed, []string{"c1"})
}

func TestOutlive(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	outliving, done := container.Outlive(ctx)
	cancel()
	assert.NilError(t, outliving.Err())
	done()
	assert.ErrorIs(t, outliving.Err(), context.Canceled)
}

// An engine that does not know how a container ended has no exit code for it, and 0 is none.
func TestRunOfWhichTheEndIsLost(t *testing.T) {
	engine := &fakeEngine{lost: "ttrpc: closed"}
	_, err := container.Run(t.Context(), engine, container.Spec{})
	assert.ErrorContains(t, err, "waiting for a container: ttrpc: closed")
	assert.DeepEqual(t, engine.removed, []string{"c1"})
}
