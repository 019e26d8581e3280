package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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

const (
	// minSkew is the difference of clocks that may make a fresh token invalid.
	minSkew = 2 * time.Second
	// maxLate and lateWait are how often, and after which pause, a request is
	// repeated that was refused while the clocks differ.
	maxLate  = 3
	lateWait = time.Second
)

// skewOf is how far the host's clock is off ours, when that may be why it
// answered 401; else 0.
func skewOf(resp *http.Response, clock Clock) time.Duration {
	if resp.StatusCode != http.StatusUnauthorized {
		return 0
	}
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0
	}
	skew := clock.Now().Sub(date).Abs().Truncate(time.Second)
	if skew < minSkew {
		return 0
	}
	return skew
}

// explainSkew adds the difference of the clocks to what the registry said.
func explainSkew(err error, skew time.Duration) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || skew == 0 {
		return err
	}
	hint := fmt.Sprintf("the clock differs from %s by %d s", e.Host, int(skew.Seconds()))
	if e.Message != "" {
		hint = e.Message + "; " + hint
	}
	e.Message = hint
	return e
}
