package container

import (
	"context"
	"fmt"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	dockerclient "github.com/moby/moby/client"
)

// removal is how long taking a container away may last once its run is over or called off. An engine that was killed is
// started again by what looks after it in less.
const removal = 20 * time.Second

// grace is how long it may last once it was told to stop. Two such steps, one after the other, fit into the five
// seconds in which a signal is obeyed.
const grace = 2 * time.Second

// again is how long after a failure the engine is asked once more.
const again = 250 * time.Millisecond

// Cleaning returns a context for taking away what was made: it ends after some time, and soon once ctx is done. Who is
// told to stop is not kept by an engine that does not answer.
func Cleaning(ctx context.Context, most time.Duration) (cleaning context.Context, done func()) {
	cleaning, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(cleaning, func() { timer.Stop() })
	})
	return cleaning, func() {
		stop()
		cancel()
	}
}

// Remover is what taking a container away needs of the Engine API.
type Remover interface {
	ContainerRemove(
		context.Context,
		string,
		dockerclient.ContainerRemoveOptions,
	) (dockerclient.ContainerRemoveResult, error)
}

// Remove takes a container away with its volumes, whatever it does, also when ctx is done. An engine that does not
// answer is waited for, for a while; the error then names the container that is left.
func Remove(ctx context.Context, engine Remover, id string) error {
	ctx, done := Cleaning(ctx, removal)
	defer done()
	pace := time.NewTicker(again)
	defer pace.Stop()
	var first error
	for {
		_, err := engine.ContainerRemove(ctx, id, dockerclient.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		if err == nil || cerrdefs.IsNotFound(err) {
			return nil
		}
		if first == nil {
			first = err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("a container is left, to be removed with %s: %w", removedBy(engine, id), first)
		case <-pace.C:
		}
	}
}

// removedBy is the command that removes a container that was left.
func removedBy(engine Remover, id string) string {
	if other, is := engine.(interface{ RemovedBy(id string) string }); is {
		return other.RemovedBy(id)
	}
	return "docker rm --force " + id[:min(len(id), shortID)]
}
