package localtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// grace is how long a script may clean up after it was told to end. Within five seconds a signal is obeyed, whatever
// the script does.
const grace = 3 * time.Second

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
	missing := exit.Refused
	exit.Refused = nil // it is no container that the engine has refused
	return r.judge(ctx, exit, r.limit(), func() (Verdict, string) {
		switch {
		case missing != nil:
			return Failed, clean([]byte(missing.Error()))
		case exit.Code == 0:
			return Passed, ""
		}
		return Failed, ended(exit.Code) + ", not 0"
	})
}

// host runs a command on this machine, for as long as a test may last. A program that is not there is an Exit with
// Refused.
func (r *runner) host(ctx context.Context, command Command) (container.Exit, error) {
	limited, cancel := context.WithTimeout(ctx, r.limit())
	defer cancel()
	exit, err := r.program(limited, command.Args, nil)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		exit.Running, err = true, nil
	}
	return exit, err
}

// program runs a program on this machine until it ends or ctx does, with all it has started.
func (r *runner) program(ctx context.Context, args []string, input []byte) (container.Exit, error) {
	//nolint:gosec // running the command the user gave is what the flag is for
	script := exec.CommandContext(ctx, args[0], args[1:]...)
	script.Env = append(append(os.Environ(), r.spec.HostEnv...), r.variables()...)
	stdout, stderr := &container.Kept{}, &container.Kept{}
	script.Stdout, script.Stderr = stdout, stderr
	if input != nil {
		script.Stdin = bytes.NewReader(input)
	}
	script.WaitDelay = grace
	group := groupOf(script)
	started := time.Now()
	if err := script.Start(); err != nil {
		return container.Exit{Refused: fmt.Errorf("starting %q: %w", args[0], err)}, nil
	}
	err := script.Wait()
	group.kill()
	exit := container.Exit{
		Stdout: stdout.Bytes(), Stderr: stderr.Bytes(), Took: time.Since(started), Code: script.ProcessState.ExitCode(),
	}
	var failed *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return exit, context.Cause(ctx)
	case err != nil && !errors.As(err, &failed) && !errors.Is(err, exec.ErrWaitDelay):
		return exit, fmt.Errorf("running %q: %w", args[0], err)
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
