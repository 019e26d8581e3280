package localtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// grace is how long a script may clean up after it was told to end.
const grace = 5 * time.Second

// script runs a command on this machine; its exit code is the verdict. It is told which image it is about, and is ended
// with all it has started when its time is over.
func (r *runner) script(ctx context.Context, command Command) (Case, error) {
	exit, err := r.host(ctx, command)
	if err == nil && crashed(r.image, exit) {
		exit, err = r.host(ctx, command)
	}
	if err != nil {
		return Case{}, err
	}
	if exit.Refused != nil {
		return Case{Verdict: Failed, Reason: exit.Refused.Error()}, nil
	}
	return r.judge(ctx, exit, r.limit(), func() (Verdict, string) {
		if exit.Code == 0 {
			return Passed, ""
		}
		return Failed, ended(exit.Code) + ", not 0"
	})
}

// host runs a command on this machine. A program that is not there is an Exit with Refused.
func (r *runner) host(ctx context.Context, command Command) (container.Exit, error) {
	limited, cancel := context.WithTimeout(ctx, r.limit())
	defer cancel()
	//nolint:gosec // running the command the user gave is what the flag is for
	script := exec.CommandContext(limited, command.Args[0], command.Args[1:]...)
	script.Env = append(append(os.Environ(), r.spec.HostEnv...), r.variables()...)
	stdout, stderr := &capped{}, &capped{}
	script.Stdout, script.Stderr = stdout, stderr
	script.WaitDelay = grace
	group := groupOf(script)
	started := time.Now()
	if err := script.Start(); err != nil {
		return container.Exit{Refused: fmt.Errorf("starting %q: %w", command.Args[0], err)}, nil
	}
	err := script.Wait()
	group.kill()
	exit := container.Exit{
		Stdout: stdout.bytes(), Stderr: stderr.bytes(), Took: time.Since(started), Code: script.ProcessState.ExitCode(),
	}
	var failed *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return exit, context.Cause(ctx)
	case limited.Err() != nil:
		exit.Running = true
	case err != nil && !errors.As(err, &failed) && !errors.Is(err, exec.ErrWaitDelay):
		return exit, fmt.Errorf("running %q: %w", command.Args[0], err)
	case exit.Code < 0:
		exit.Code = signalCode(script.ProcessState)
	}
	return exit, nil
}

func (r *runner) variables() []string {
	return []string{
		"MULTIPLAT_IMAGE=" + r.image.Name,
		"MULTIPLAT_IMAGE_ID=" + r.image.ID,
		"MULTIPLAT_PLATFORM=" + r.image.Platform,
		"MULTIPLAT_EMULATED=" + strconv.FormatBool(r.image.Emulated),
	}
}
