//go:build e2e

package e2e

import (
	"errors"
	"os/exec"
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

// ends waits until a command that was started has ended by itself; its exit code is the caller's to judge. What it is in
// the middle of takes longer than is waited for here.
func ends(t *testing.T, command *exec.Cmd) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	eventually(t, "the command ends", func() error {
		select {
		case <-ended:
			return nil
		default:
			return errors.New("it still runs")
		}
	})
}
