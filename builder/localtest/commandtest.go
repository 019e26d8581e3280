package localtest

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
)

// commandRun is one command test on its way: setup, command and teardown each see what the one before left, by way of
// an image that is made of its container and removed in the end.
type commandRun struct {
	*fileTests
	test  structure.CommandTest
	env   structure.Env
	vars  []string
	image string
	made  []string
	took  time.Duration
}

func (f *fileTests) commandTest(ctx context.Context, test structure.CommandTest) (c Case, err error) {
	env := structure.EnvOf(f.image.Config.Env).With(f.file.GlobalEnvVars).With(test.EnvVars)
	vars := append(append([]string{}, f.spec.Env...), f.file.RunEnv...)
	vars = append(append(vars, env.Entries(f.file.GlobalEnvVars)...), env.Entries(test.EnvVars)...)
	run := &commandRun{fileTests: f, test: test, env: env, vars: vars, image: f.image.ID}
	defer func() {
		if removed := run.clean(ctx); err == nil {
			err = removed
		}
	}()
	for _, args := range test.Setup {
		c, err = run.prepare(ctx, args)
		if err != nil || c.Verdict != Passed {
			return c, err
		}
	}
	exit, err := run.container(ctx, append([]string{test.Command}, test.Args...), len(test.Teardown) > 0)
	if err != nil {
		return Case{}, err
	}
	c, err = f.judge(ctx, exit, f.limit(), func() (Verdict, string) {
		checked := caseOf(test.Check(structure.Outcome{
			Stdout: string(exit.Stdout), Stderr: string(exit.Stderr), Code: exit.Code,
		}))
		checked = ofLong(checked, test, exit)
		return checked.Verdict, run.unset(checked)
	})
	if err != nil {
		return c, err
	}
	err = run.tearDown(ctx, &c)
	c.Took = run.took
	return c, err
}

// unset is the reason of a case; where the command has references that nothing was put in place of, it says so.
func (r *commandRun) unset(c Case) string {
	unset := r.env.Unset(append([]string{r.test.Command}, r.test.Args...))
	if c.Verdict != Failed || len(unset) == 0 {
		return c.Reason
	}
	return fmt.Sprintf(
		"%s; %s stay as they are written, as no variable is called so (container-structure-test leaves them out)",
		c.Reason, strings.Join(unset, ", "),
	)
}

// prepare runs one command of the setup.
func (r *commandRun) prepare(ctx context.Context, args []string) (Case, error) {
	exit, err := r.container(ctx, args, true)
	if err != nil {
		return Case{}, err
	}
	c, err := r.judge(ctx, exit, r.limit(), stepDone(exit))
	if c.Verdict != Passed {
		c.Reason = fmt.Sprintf("setup %q: %s", strings.Join(args, " "), c.Reason)
	}
	return c, err
}

// stepDone decides about a step of a test, whose exit code is to be 0.
func stepDone(exit container.Exit) func() (Verdict, string) {
	return func() (Verdict, string) {
		if exit.Code == 0 {
			return Passed, ""
		}
		return Failed, ended(exit.Code)
	}
}

// tearDown runs the teardown. It comes too late to change the verdict; what fails is said.
func (r *commandRun) tearDown(ctx context.Context, c *Case) error {
	for _, args := range r.test.Teardown {
		exit, err := r.container(ctx, args, true)
		if err != nil {
			return err
		}
		done, err := r.judge(ctx, exit, r.limit(), stepDone(exit))
		if err != nil {
			return err
		}
		if done.Verdict != Passed {
			c.Output = strings.TrimSpace(fmt.Sprintf("%s\nteardown %q: %s", c.Output, strings.Join(args, " "), done.Reason))
		}
	}
	return nil
}

// container runs one command in what the one before left; keep makes an image of what this one leaves.
func (r *commandRun) container(ctx context.Context, args []string, keep bool) (container.Exit, error) {
	options := r.file.ContainerRunOptions
	spec := r.runner.container()
	expanded := make([]string, 0, len(args))
	for _, arg := range args {
		expanded = append(expanded, r.env.Expand(arg))
	}
	spec.Config.Image, spec.Config.Env = r.image, r.vars
	spec.Config.Entrypoint, spec.Config.Cmd = expanded[:1], expanded[1:]
	spec.Config.User, spec.Config.Tty = cmp.Or(options.User, spec.Config.User), options.AllocateTTY
	spec.Host.Privileged = options.Privileged
	spec.Host.CapAdd = options.Capabilities
	spec.Host.Binds = options.BindMounts
	if keep {
		spec.After = r.keep
	}
	exit, err := r.runTwice(ctx, spec)
	r.took += exit.Took
	return exit, err
}

// keep makes an image of a container and goes on with it.
func (r *commandRun) keep(ctx context.Context, id string) error {
	ctx, done := container.Outlive(ctx)
	defer done()
	committed, err := r.engine.ContainerCommit(ctx, id, dockerclient.ContainerCommitOptions{
		Comment: "a step of a test of docker-multiplat",
	})
	if err != nil {
		return fmt.Errorf("keeping what a step of a test has done: %w", err)
	}
	r.image = committed.ID
	r.made = append(r.made, committed.ID)
	return nil
}

// clean removes the images of the steps, the last one first.
func (r *commandRun) clean(ctx context.Context) error {
	const most = 30 * time.Second
	ctx, done := container.Cleaning(ctx, most)
	defer done()
	for i := len(r.made) - 1; i >= 0; i-- {
		_, err := r.engine.ImageRemove(ctx, r.made[i], dockerclient.ImageRemoveOptions{Force: true})
		if err != nil && !cerrdefs.IsNotFound(err) {
			return fmt.Errorf("removing what a step of a test has left: %w", err)
		}
	}
	return nil
}
