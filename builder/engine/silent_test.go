package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	dockerclient "github.com/moby/moby/client"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// silentEngine is an engine that takes requests and never answers: a process that was stopped.
type silentEngine struct{ fakeEngine }

func (*silentEngine) Ping(ctx context.Context, _ dockerclient.PingOptions) (dockerclient.PingResult, error) {
	<-ctx.Done()
	return dockerclient.PingResult{}, ctx.Err()
}

// dozingEngine answers who is there, and nothing more.
type dozingEngine struct{ fakeEngine }

func (*dozingEngine) Info(ctx context.Context, _ dockerclient.InfoOptions) (dockerclient.SystemInfoResult, error) {
	<-ctx.Done()
	return dockerclient.SystemInfoResult{}, ctx.Err()
}

// An engine that does not answer is not waited for without end, and is told so.
func TestEngineThatDoesNotAnswer(t *testing.T) {
	for _, silent := range []API{&silentEngine{}, &dozingEngine{}} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			_, err := Inspect(ctx, silent)
			assert.ErrorIs(t, err, errdefs.ErrNotReady)
			assert.ErrorContains(t, err, "it does not answer (waited 30s)")
			assert.Assert(t, time.Since(began) <= 30*time.Second)
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Inspect(ctx, &silentEngine{})
	assert.ErrorIs(t, err, context.Canceled)
}
