package registry

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

const (
	// maxTries is how often one thing is tried, the first time included.
	maxTries = 6
	// firstBackOff is the pause after the first failure.
	firstBackOff = 500 * time.Millisecond
)

// attempts counts the tries of one thing and the time spent between them.
type attempts struct {
	clock  Clock
	budget time.Duration
	// made is the number of tries that failed so far.
	made int
	// own and asked are the time waited by our choice and by the registry's.
	own, asked time.Duration
}

func (c *Client) attempts() *attempts {
	return &attempts{clock: c.clock, budget: c.budget}
}

// backOff is the pause before the next try, by our own choice, up to a quarter less
// by the nanoseconds of the clock, so that requests that failed together do not
// return together. False when tries or budget are used up.
func (a *attempts) backOff() (time.Duration, bool) {
	a.made++
	left := a.budget - a.own
	if a.made >= maxTries || left < firstBackOff {
		return 0, false
	}
	d := min(a.step(), left)
	d -= time.Duration(a.clock.Now().Nanosecond()) % (d / 4)
	a.own += d
	return d, true
}

// step is the pause after the tries made. All five pauses together fill the budget:
// the first is short, and each later one three times the one before. In a small
// budget they double, and there is no time for all of them.
func (a *attempts) step() time.Duration {
	d := firstBackOff << (a.made - 1)
	share := (a.budget - firstBackOff) / (1 + 3 + 9 + 27)
	for range a.made - 2 {
		share *= 3
	}
	if a.made == 1 {
		return d
	}
	return max(d, share)
}

// obey is the pause before the next try that the registry asked for. False when
// the tries, or the five minutes such pauses may take together, are used up.
func (a *attempts) obey(asked time.Duration) (time.Duration, bool) {
	a.made++
	if a.made >= maxTries || a.asked+asked > maxAsked {
		return 0, false
	}
	a.asked += asked
	return asked, true
}

// again backs off and says whether another try is due; false also when ctx ended.
func (a *attempts) again(ctx context.Context) bool {
	d, ok := a.backOff()
	return ok && sleep(ctx, a.clock, d) == nil
}

// Until calls done, and again after pauses that grow, until it is true or fails. It
// is false when the tries, or the time for them, are used up: for what a registry
// accepted and does not show yet.
func (r *Repository) Until(ctx context.Context, done func(context.Context) (bool, error)) (bool, error) {
	for tries := r.client.attempts(); ; {
		ok, err := done(ctx)
		if ok || err != nil {
			return ok, err
		}
		if !tries.again(ctx) {
			return false, ctx.Err()
		}
	}
}

// maxAsked is the longest pause taken because a registry asked for it, once and
// in sum per request.
const maxAsked = 5 * time.Minute

// parseRetryAfter reads a Retry-After header (RFC 9110, 10.2.3): seconds, or an
// HTTP date counted from now. It is false for what asks for no pause: nothing,
// garbage, a negative number, zero, a date that is not ahead. Numbers beyond an
// hour are given as an hour or more, never as less than what can be waited.
func parseRetryAfter(value string, now time.Time) (time.Duration, bool) {
	const hour = int64(time.Hour / time.Second)
	seconds, err := strconv.ParseUint(value, 10, 32)
	switch {
	case err == nil:
		d := time.Duration(min(int64(seconds), hour)) * time.Second
		return d, d > 0
	case errors.Is(err, strconv.ErrRange):
		return time.Hour, true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	d := date.Sub(now)
	return d, d > 0
}

// asked is the pause an answer asks for, at most maxAsked; 0 for none. A date is
// counted from the answer's own Date when it has one, so that a wrong clock on
// either side does no harm.
func asked(resp *http.Response, clock Clock) time.Duration {
	if resp == nil || !repeatableStatus(resp.StatusCode) {
		return 0
	}
	now := clock.Now()
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		now = date
	}
	d, ok := parseRetryAfter(resp.Header.Get("Retry-After"), now)
	if !ok {
		return 0
	}
	return min(d, maxAsked)
}
