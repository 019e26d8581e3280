package registry

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

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
