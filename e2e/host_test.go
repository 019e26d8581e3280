//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"
)

// contextOfCleanup is a context for what a test does after its end.
func contextOfCleanup(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// runHost runs a command on the host of the lab, as root.
func runHost(t *testing.T, name string, args ...string) error {
	t.Helper()
	output, err := exec.CommandContext(contextOfCleanup(t), name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v: %w: %s", name, args, err, output)
	}
	return nil
}
