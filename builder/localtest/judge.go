package localtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// judge turns the end of a container into a case. What says nothing about the image is told apart here; the rest is for
// decide.
func (r *runner) judge(
	ctx context.Context, exit container.Exit, limit time.Duration, decide func() (Verdict, string),
) (c Case, err error) {
	c = Case{
		Took:   exit.Took,
		Stdout: clean(exit.Stdout),
		Stderr: clean(exit.Stderr),
		Output: tail(exit.Stdout, exit.Stderr),
	}
	switch {
	case exit.Refused != nil:
		c.Verdict, c.Reason, err = r.refused(ctx, exit.Refused)
		return c, err
	case exit.OutOfMemory:
		c.Verdict, c.Reason = Inconclusive, "out of memory"
	case crashed(r.image, exit):
		c.Verdict, c.Reason = Inconclusive, crash(exit, limit)
	case exit.Running && !exit.Watched:
		c.Verdict, c.Reason, c.Overdue = Inconclusive, fmt.Sprintf("not done after %s", round(limit)), true
	default:
		c.Verdict, c.Reason = decide()
		if r.image.Emulated && (c.Verdict == Failed || !exit.Running && exit.Code == notExecuted) {
			err = r.withoutEmulator(ctx, &c)
		}
	}
	return c, err
}

// notExecuted is the exit code of runc where the kernel does not take the program, though the container was started.
const notExecuted = 255

// withoutEmulator takes a verdict back that says nothing of the image: the emulator may be gone since the machine was
// looked at, and what a shell or a program starts fails then as if it were at fault.
func (r *runner) withoutEmulator(ctx context.Context, c *Case) error {
	verdict, why, err := r.lacking(ctx)
	if err == nil && verdict != "" {
		c.Verdict, c.Reason = verdict, why
	}
	return err
}

// lacking tells whether the machine runs nothing of this platform; an empty verdict means that it does.
func (r *runner) lacking(ctx context.Context) (Verdict, string, error) {
	if r.image.CanRun == nil {
		return "", "", nil
	}
	works, err := r.image.CanRun(ctx)
	if err != nil || works {
		return "", "", err
	}
	reason := cmp.Or(r.spec.Advice.Runner, "this engine") + " runs no programs of " + r.image.Platform
	return NotRun, advised(reason, r.spec.Advice.Emulator), nil
}

// refused tells an image that cannot be started from a machine that runs nothing of this platform.
func (r *runner) refused(ctx context.Context, reason error) (Verdict, string, error) {
	if err := Unpacking(reason); errors.Is(err, ErrUnpack) {
		return "", "", err
	}
	verdict, why, err := r.lacking(ctx)
	if err != nil || verdict != "" {
		return verdict, why, err
	}
	text := clean([]byte(strings.TrimSpace(reason.Error())))
	if strings.Contains(text, noFormat) {
		text += noProgram()
	}
	return Failed, text, nil
}

// verdictError marks a step of the display as failed; it is not an error of the machine.
type verdictError struct{ text string }

// Error implements error.
func (e *verdictError) Error() string { return e.text }

func asVerdict(err error, target *verdictError) bool {
	return errors.As(err, &target)
}
