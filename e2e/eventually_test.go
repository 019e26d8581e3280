//go:build e2e

package e2e

import (
	"testing"
	"time"

	"gotest.tools/v3/poll"
)

// eventually repeats a check until it returns nil, for half a minute at most; what names the awaited state.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if err := check(); err != nil {
			return poll.Continue("waiting until %s: %v", what, err)
		}
		return poll.Success()
	}, poll.WithTimeout(30*time.Second), poll.WithDelay(100*time.Millisecond))
}
