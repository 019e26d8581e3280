package container_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	dockerclient "github.com/moby/moby/client"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// removals answers one request after the other; the last answer is for all that follow.
type removals struct{ answers []error }

var _ container.Remover = (*removals)(nil)

func (r *removals) ContainerRemove(
	context.Context, string, dockerclient.ContainerRemoveOptions,
) (answer dockerclient.ContainerRemoveResult, err error) {
	err = r.answers[0]
	if len(r.answers) > 1 {
		r.answers = r.answers[1:]
	}
	return answer, err
}

// An engine that was killed is started again: the container is taken away then.
func TestRemoveWaitsForTheEngine(t *testing.T) {
	gone := errors.New("connection refused")
	for name, last := range map[string]error{"removed": nil, "removed by the engine": cerrdefs.ErrNotFound} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				assert.NilError(t, container.Remove(ctx, &removals{[]error{gone, gone, last}}, "c1"))
			})
		})
	}
}

// What cannot be removed is named with the command that helps, and the reason is the first one.
func TestRemoveNamesWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone, started := errors.New("connection refused"), time.Now()
		err := container.Remove(t.Context(), &removals{[]error{gone, errors.New("deadline")}}, "0123456789abcdef")
		assert.ErrorIs(t, err, gone)
		assert.ErrorContains(t, err, "docker rm --force 0123456789ab: ")
		assert.Assert(t, time.Since(started) < time.Minute)
	})
}

// A run that failed also tells what it has left.
func TestRunTellsOfBothFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := errors.New("lost")
		engine := &fakeEngine{startErr: lost, removeErr: errors.New("connection refused")}
		_, err := container.Run(t.Context(), engine, container.Spec{})
		assert.ErrorIs(t, err, lost)
		assert.ErrorContains(t, err, "docker rm --force c1: connection refused")
	})
}

// frozen is an engine that takes requests and answers none.
type frozen struct{ fakeEngine }

func (*frozen) ContainerRemove(
	ctx context.Context, _ string, _ dockerclient.ContainerRemoveOptions,
) (answer dockerclient.ContainerRemoveResult, err error) {
	<-ctx.Done()
	return answer, ctx.Err()
}

func (*frozen) ContainerCreate(
	ctx context.Context, _ dockerclient.ContainerCreateOptions,
) (answer dockerclient.ContainerCreateResult, err error) {
	<-ctx.Done()
	return answer, ctx.Err()
}

// Who is told to stop is not kept by an engine that has frozen; all there is to clean fits into five seconds.
func TestCleaningEndsSoonAfterASignal(t *testing.T) {
	for name, clean := range map[string]func(context.Context) error{
		"removal": func(ctx context.Context) error { return container.Remove(ctx, &frozen{}, "c1") },
		"run": func(ctx context.Context) error {
			_, err := container.Run(ctx, &frozen{}, container.Spec{})
			return err
		},
		"other": func(ctx context.Context) error {
			cleaning, done := container.Cleaning(ctx, time.Hour)
			defer done()
			<-cleaning.Done()
			return cleaning.Err()
		},
	} {
		for _, before := range []time.Duration{0, 10 * time.Second} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(before, cancel)
				started := time.Now()
				assert.Check(t, clean(ctx) != nil, name)
				assert.Check(t, time.Since(started) <= before+2500*time.Millisecond, "%s: %s", name, time.Since(started))
			})
		}
	}
}
