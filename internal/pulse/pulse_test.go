package pulse_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/pulse"
)

// usual is how a node is asked.
func usual() pulse.Pulse {
	return pulse.Pulse{Every: 3 * time.Second, Wait: 7 * time.Second, Misses: 3}
}

// after answers a question after a while, unless nobody waits for that any more.
func after(ctx context.Context, wait time.Duration) error {
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Somebody is lost who has answered and is silent then, within the time that was said, and nobody else.
func TestLost(t *testing.T) {
	never := 1000 * time.Hour
	refused := errors.New("connection refused")
	for name, tc := range map[string]struct {
		answer func(ctx context.Context, n int) error
		lost   bool
	}{
		"answers at once":           {answer: func(context.Context, int) error { return nil }},
		"answers late, every time":  {answer: func(ctx context.Context, _ int) error { return after(ctx, 20*time.Second) }},
		"is silent from the start":  {lost: true, answer: func(ctx context.Context, _ int) error { return after(ctx, never) }},
		"refuses from the start":    {answer: func(context.Context, int) error { return refused }},
		"answers too late":          {lost: true, answer: func(ctx context.Context, _ int) error { return after(ctx, 22*time.Second) }},
		"is silent twice, then not": {answer: func(ctx context.Context, n int) error { return after(ctx, []time.Duration{0, never, never}[n%3]) }},
		"is silent in the end": {lost: true, answer: func(ctx context.Context, n int) error {
			return after(ctx, []time.Duration{0, never}[min(n/9, 1)])
		}},
		"refuses in the end": {lost: true, answer: func(_ context.Context, n int) error { return []error{nil, refused}[min(n/9, 1)] }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, done := context.WithTimeout(t.Context(), time.Hour)
				defer done()
				begun := time.Now()
				var n, heard atomic.Int64
				lost := usual().Lost(ctx, func(ctx context.Context) error {
					err := tc.answer(ctx, int(n.Add(1)-1))
					if err == nil {
						heard.Store(int64(time.Since(begun)))
					}
					return err
				})
				assert.Equal(t, lost, tc.lost)
				silent := time.Since(begun) - time.Duration(heard.Load())
				assert.Assert(t, !lost || silent >= usual().Patience() && silent <= usual().Patience()+usual().Every, silent)
			})
		})
	}
}

// A process that was stopped for a minute counts that as one question without an answer.
func TestStoppedProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, done := context.WithTimeout(t.Context(), time.Hour)
		defer done()
		var asked atomic.Int64
		assert.Assert(t, !usual().Lost(ctx, func(ctx context.Context) error {
			if asked.Add(1)%2 == 0 {
				return after(ctx, time.Minute) // as if: its timer has run out when the process goes on
			}
			return nil
		}))
		assert.Assert(t, asked.Load() > 100)
	})
}

// A question that is given up is silence, and no refusal, however close to each other clocks run.
func TestSilenceIsNoRefusal(t *testing.T) {
	for range 20 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			ctx, done := context.WithTimeout(t.Context(), 10*time.Second)
			defer done()
			quick := pulse.Pulse{Every: 10 * time.Millisecond, Wait: 20 * time.Millisecond, Misses: 3}
			assert.Assert(t, quick.Lost(ctx, func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			}))
		})
	}
}
