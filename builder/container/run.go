package container

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"
)

// Label marks every container this program starts; its value says what for.
const Label = "com.docker-multiplat.run"

// Engine is what running a container needs of the Engine API.
type Engine interface {
	ContainerCreate(context.Context, dockerclient.ContainerCreateOptions) (dockerclient.ContainerCreateResult, error)
	ContainerStart(context.Context, string, dockerclient.ContainerStartOptions) (dockerclient.ContainerStartResult, error)
	ContainerWait(context.Context, string, dockerclient.ContainerWaitOptions) dockerclient.ContainerWaitResult
	ContainerLogs(context.Context, string, dockerclient.ContainerLogsOptions) (dockerclient.ContainerLogsResult, error)
	ContainerInspect(
		context.Context,
		string,
		dockerclient.ContainerInspectOptions,
	) (dockerclient.ContainerInspectResult, error)
	Remover
}

// Spec describes one run.
type Spec struct {
	// Purpose is the value of [Label].
	Purpose string
	// Config and Host are as the Engine API takes them; Label and log driver are added to copies.
	Config container.Config
	Host   container.HostConfig
	// Limit ends the run when it has lasted this long; 0 is no limit.
	Limit time.Duration
	// Watch, if set, is called once the container runs. The run is over when it returns; its ctx is done when the
	// run is over for another reason.
	Watch func(ctx context.Context, id string) error
	// After, if set, is called with the container still there when its process has ended by itself.
	After func(ctx context.Context, id string) error
}

// Exit is how a run ended.
type Exit struct {
	// Refused is the engine's reason for not starting the container, such as "exec format error".
	Refused error
	// Code is the exit status of the process.
	Code int
	// OutOfMemory is true when the kernel killed the container for its memory limit.
	OutOfMemory bool
	// Running is true when the process was still running at the limit, or when Watch returned.
	Running bool
	// Watched is true when the run is over because Watch returned.
	Watched bool
	// Stdout and Stderr hold at most [OutputLimit] bytes each, and a line where the engine may have lost their beginning.
	Stdout, Stderr []byte
	// Took is the time from start to end.
	Took time.Duration
}

// Run creates and starts a container, waits for its end or its limit, and removes it on every path, also when
// ctx is done. The error is for an engine that does not answer or does not take the request; a container that
// cannot be started is an [Exit] with Refused.
func Run(ctx context.Context, engine Engine, spec Spec) (exit Exit, err error) {
	config, host := spec.Config, spec.Host
	config.Labels = Labels(spec.Purpose)
	host.LogConfig = logConfig()
	creating, done := Outlive(ctx)
	created, err := engine.ContainerCreate(
		creating,
		dockerclient.ContainerCreateOptions{Config: &config, HostConfig: &host},
	)
	done()
	if err != nil {
		if refusal(err) {
			return Exit{Refused: err}, nil
		}
		return Exit{}, fmt.Errorf("creating a container: %w", err)
	}
	defer func() {
		err = errors.Join(err, Remove(ctx, engine, created.ID))
	}()
	exit, err = follow(ctx, engine, created.ID, spec)
	if err == nil && spec.After != nil && exit.Refused == nil && !exit.Running {
		err = spec.After(ctx, created.ID)
	}
	return exit, err
}

// waitLimit is how long an engine may take to begin to wait for a container that was not started yet.
const waitLimit = 30 * time.Second

func follow(ctx context.Context, engine Engine, id string, spec Spec) (Exit, error) {
	waiting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	late := time.AfterFunc(waitLimit, func() {
		stop(fmt.Errorf("waiting for a container: no answer within %s", waitLimit))
	})
	wait := engine.ContainerWait(
		waiting,
		id,
		dockerclient.ContainerWaitOptions{Condition: container.WaitConditionNextExit},
	)
	if !late.Stop() {
		return Exit{}, context.Cause(waiting)
	}
	started := time.Now()
	if _, err := engine.ContainerStart(ctx, id, dockerclient.ContainerStartOptions{}); err != nil {
		if refusal(err) {
			return Exit{Refused: err}, nil
		}
		return Exit{}, fmt.Errorf("starting a container: %w", err)
	}
	exit, err := await(waiting, wait, spec, id)
	if err != nil {
		return Exit{}, err
	}
	exit.Took = time.Since(started)
	return exit, look(ctx, engine, id, spec.Config.Tty, &exit)
}

// await returns when the process has ended, its limit has come, or Watch has returned; never before Watch has.
func await(ctx context.Context, wait dockerclient.ContainerWaitResult, spec Spec, id string) (exit Exit, err error) {
	var expired <-chan time.Time
	if spec.Limit > 0 {
		timer := time.NewTimer(spec.Limit)
		defer timer.Stop()
		expired = timer.C
	}
	watching, stop := context.WithCancel(ctx)
	watched := make(chan error, 1)
	var watcher sync.WaitGroup
	if spec.Watch != nil {
		watcher.Go(func() { watched <- spec.Watch(watching, id) })
	}
	defer watcher.Wait()
	defer stop()
	select {
	case <-ctx.Done():
		return exit, context.Cause(ctx)
	case err := <-wait.Error:
		return exit, fmt.Errorf("waiting for a container: %w", err)
	case <-expired:
		exit.Running = true
	case result := <-wait.Result:
		if result.Error != nil && result.Error.Message != "" {
			return exit, fmt.Errorf("waiting for a container: %s", result.Error.Message)
		}
		exit.Code = int(result.StatusCode)
	case err := <-watched:
		exit.Running, exit.Watched = true, true
		return exit, err
	}
	return exit, nil
}

// look reads what is known of a container only until it is removed.
func look(ctx context.Context, engine Engine, id string, tty bool, exit *Exit) error {
	inspected, err := engine.ContainerInspect(ctx, id, dockerclient.ContainerInspectOptions{})
	if err != nil {
		return fmt.Errorf("inspecting a container: %w", err)
	}
	if state := inspected.Container.State; state != nil {
		exit.OutOfMemory = state.OOMKilled
		if err := exit.agrees(state); err != nil {
			return err
		}
	}
	exit.Stdout, exit.Stderr, err = output(ctx, engine, id, tty)
	return err
}

// agrees holds how a container is said to have ended against what it is. An engine that says both is broken: the end it
// has told of may be of none, and would pass for a test that has succeeded.
func (e *Exit) agrees(state *container.State) error {
	switch {
	case e.Running:
	case state.Running:
		return fmt.Errorf("the engine says that a container has ended with exit code %d, and that it runs", e.Code)
	case state.ExitCode != e.Code:
		return fmt.Errorf("the engine says that a container has ended with exit code %d, and with %d", e.Code, state.ExitCode)
	}
	return nil
}

// Outlive returns a context for a request that makes something: one that is called off halfway would leave behind what
// nobody knows of. It ends soon after ctx, or when done is called.
func Outlive(ctx context.Context) (outliving context.Context, done func()) {
	const most = 24 * time.Hour
	return Cleaning(ctx, most)
}
