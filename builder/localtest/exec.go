package localtest

import (
	"cmp"
	"context"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// exec starts the image as users start it and runs a command inside, again and again until it succeeds or the time is
// over. An image that ends before has failed.
func (r *runner) exec(ctx context.Context, command Command) (Case, error) {
	var last *container.Exit
	spec := r.container()
	spec.Watch = func(ctx context.Context, id string) (err error) {
		last, err = r.retry(ctx, id, command.Args)
		return err
	}
	exit, err := r.runTwice(ctx, spec)
	if err != nil {
		return Case{}, err
	}
	inside := container.Exit{}
	if last != nil {
		inside = *last
		exit.Watched = exit.Running
	}
	c, err := r.judge(ctx, exit, spec.Limit, func() (Verdict, string) {
		wrongFile := unstarted(exit)
		switch {
		case !exit.Running && wrongFile != "":
			return Failed, wrongFile
		case !exit.Running && inside.Code != 0:
			return Failed, fmt.Sprintf("the image ends with %s before the command succeeds; its last answer was %s",
				ended(exit.Code), ended(inside.Code))
		case !exit.Running:
			return Failed, fmt.Sprintf("the image ends with %s before the command succeeds", ended(exit.Code))
		case inside.Refused != nil:
			return Failed, clean([]byte(inside.Refused.Error()))
		case inside.Code != 0:
			return Failed, fmt.Sprintf("still %s after %s", ended(inside.Code), round(exit.Took))
		}
		return Passed, fmt.Sprintf("after %s", round(exit.Took))
	})
	if err == nil && exit.Running && crashed(r.image, inside) {
		c.Verdict = Inconclusive
		c.Reason = fmt.Sprintf("the emulator crashed (%s) in the command", cmp.Or(crashLine(inside), ended(inside.Code)))
	}
	c.Stdout, c.Stderr = clean(inside.Stdout)+c.Stdout, clean(inside.Stderr)+c.Stderr
	c.Output = tail(inside.Stdout, inside.Stderr, exit.Stdout, exit.Stderr)
	return c, err
}

// retry runs a command in a container until it succeeds, and returns how it ended last, nil if it never did.
func (r *runner) retry(ctx context.Context, id string, args []string) (*container.Exit, error) {
	var last *container.Exit
	for {
		exit, err := container.Exec(ctx, r.engine, id, args...)
		if cerrdefs.IsConflict(err) || cerrdefs.IsNotFound(err) {
			<-ctx.Done() // the container has ended, and its end is what counts
		}
		if err != nil {
			return last, unless(ctx, err)
		}
		last = &exit
		if exit.Refused == nil && exit.Code == 0 && !exit.Running || !pause(ctx, pollInterval) {
			return last, nil
		}
	}
}

// unless drops the error of what was called off.
func unless(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}
