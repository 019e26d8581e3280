package registry

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

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
