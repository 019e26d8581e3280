package registry

import (
	"context"
	"time"
)

// Clock is the time a Client waits by.
type Clock interface {
	// Now is the present time.
	Now() time.Time
	// After sends the time once d has passed, as time.After does.
	After(d time.Duration) <-chan time.Time
}

// systemClock is the Clock of package time.
type systemClock struct{}

var _ Clock = systemClock{}

// Now implements Clock.
func (systemClock) Now() time.Time { return time.Now() }

// After implements Clock.
func (systemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// sleep waits for d by clock, or until ctx ends; then it returns ctx's error.
func sleep(ctx context.Context, clock Clock, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d <= 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-clock.After(d):
		return nil
	}
}
