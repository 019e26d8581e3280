//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// result is what a finished command left: its two streams apart, and its exit code (-1 if a signal ended it).
type result struct {
	Line   string // the command line, for messages
	Stdout string
	Stderr string
	Code   int
}

// run executes `docker multiplat ARGS...`.
func (s *scenario) run(args ...string) result {
	s.t.Helper()
	_, err := os.Stat(plugin)
	assert.NilError(s.t, err, "the plugin is not built: run `make build` first, or `make e2e`")
	return s.docker(append([]string{"multiplat"}, args...)...)
}

// docker executes the Docker CLI.
func (s *scenario) docker(args ...string) result {
	s.t.Helper()
	return s.finish(s.command("docker", args...))
}

// command prepares a command in the scenario's folder and environment, for tests that feed, signal or watch it.
// It has no standard input unless the test gives it one.
func (s *scenario) command(name string, args ...string) *exec.Cmd {
	s.t.Helper()
	return s.commandContext(s.t.Context(), name, args...)
}

func (s *scenario) commandContext(ctx context.Context, name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir, command.Env = s.dir, s.environ
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	return command
}

// finish runs a prepared command to its end and writes it to the test's log.
func (s *scenario) finish(command *exec.Cmd) result {
	s.t.Helper()
	begun := time.Now()
	r := s.execute(command)
	s.t.Logf("$ %s\n%s%s[exit %d after %.1f s]", r.Line, r.Stdout, r.Stderr, r.Code, time.Since(begun).Seconds())
	return r
}

// execute runs a prepared command to its end. A command that cannot be started fails the test.
func (s *scenario) execute(command *exec.Cmd) result {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	line := strings.Join(command.Args, " ")
	err := command.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		assert.NilError(s.t, err, "running %s", line)
	}
	return result{Line: line, Stdout: stdout.String(), Stderr: stderr.String(), Code: command.ProcessState.ExitCode()}
}

// onTerminal runs a shell line on a terminal of the usual size and types the answer. Both streams end in Stdout.
func (s *scenario) onTerminal(line, answer string) result {
	s.t.Helper()
	command := s.command("script", "-qec", "stty cols 80 rows 24; "+line, os.DevNull)
	command.Stdin = strings.NewReader(answer)
	return s.finish(command)
}

// succeeds requires exit code 0 and returns the result, so that calls chain.
func (r result) succeeds(t *testing.T) result {
	t.Helper()
	return r.exits(t, 0)
}

// exits requires an exit code and returns the result.
func (r result) exits(t *testing.T, code int) result {
	t.Helper()
	assert.Equal(t, r.Code, code, "%s\nstdout:\n%s\nstderr:\n%s", r.Line, r.Stdout, r.Stderr)
	return r
}
