package localtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// dismantling is how long taking a stack down may last, also once a test is called off.
const dismantling = time.Minute

// composed is a stack with the image of one platform in it.
type composed struct {
	*runner
	stack   Stack
	project string
	// own is the service in whose place the image stands, and text the file with it there.
	own  string
	text []byte
}

// member is a container of a stack, as `ps` has it.
type member struct {
	ID, Service, State, Health string
	ExitCode                   int
}

// composition starts a stack and waits for its judge. It is taken down in any case.
func (r *runner) composition(ctx context.Context, s Stack) (made Case, err error) {
	const digits = 12
	c := &composed{runner: r, stack: s, project: "multiplat-" + strings.ToLower(rand.Text()[:digits])}
	m, err := c.read(ctx)
	if err != nil {
		return Case{}, err
	}
	c.own = m.own
	if c.text, err = m.place(r.image, r.spec, c.project); err != nil {
		return Case{}, fmt.Errorf("placing the image in %q: %w", s.File, err)
	}
	defer func() { err = errors.Join(err, c.down(ctx)) }()
	// what is called off while the engine makes it would be left, and nobody would know of it; and what has to be pulled
	// or built for it is no part of the test
	making, finished := container.Outlive(ctx)
	created, err := c.compose(making, c.text, "up", "--no-start", "--quiet-pull", Judge)
	finished()
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return Case{}, err
	}
	if created.Code != 0 {
		return c.told(Case{Verdict: Inconclusive, Reason: "its services cannot be made: " + lastLine(created)}, created), nil
	}
	limited, cancel := context.WithTimeout(ctx, r.limit())
	defer cancel()
	started := time.Now()
	up, err := c.compose(limited, c.text, "up", "--detach", "--no-recreate", Judge)
	members := map[string]member{}
	if err == nil {
		members, err = c.watch(limited, up.Code == 0)
	}
	slow := limited.Err() != nil && ctx.Err() == nil
	if err != nil && !slow {
		return Case{}, err
	}
	if slow {
		if members, err = c.members(ctx); err != nil {
			return Case{}, err
		}
	}
	logs, err := c.compose(ctx, c.text, "logs", "--no-color")
	if err != nil {
		return Case{}, err
	}
	up.Stdout, up.Took = logs.Stdout, time.Since(started)
	up.Running = slow
	return c.verdict(ctx, up, members)
}

// watch waits until the judge has ended, or looks once where it was not started.
func (c *composed) watch(ctx context.Context, started bool) (map[string]member, error) {
	for {
		members, err := c.members(ctx)
		if err != nil || !started || over(members[Judge]) {
			return members, err
		}
		if !pause(ctx, pollInterval) {
			return members, context.Cause(ctx)
		}
	}
}

// over tells that a container has ended.
func over(m member) bool { return m.State == "exited" || m.State == "dead" || m.State == "" }

// members are the containers of the stack, by service.
func (c *composed) members(ctx context.Context) (map[string]member, error) {
	out, err := c.compose(ctx, c.text, "ps", "--all", "--format", "json")
	if err != nil {
		return nil, err
	}
	if out.Code != 0 {
		return nil, fmt.Errorf("looking at the services of %q: %s", c.stack.File, lastLine(out))
	}
	members := map[string]member{}
	decoder := json.NewDecoder(bytes.NewReader(out.Stdout))
	for decoder.More() {
		var m member
		if err := decoder.Decode(&m); err != nil {
			return nil, fmt.Errorf("looking at the services of %q: %w", c.stack.File, err)
		}
		members[m.Service] = m
	}
	return members, nil
}

// verdict judges how the judge and the image have ended. up is what starting them came to, with the logs of all.
func (c *composed) verdict(ctx context.Context, up container.Exit, members map[string]member) (Case, error) {
	own, sut := members[c.own], members[Judge]
	of := container.Exit{Code: own.ExitCode, Running: !over(own), Watched: true, Took: up.Took, Stdout: up.Stdout}
	if own.ID != "" {
		inspected, err := c.engine.ContainerInspect(ctx, own.ID, dockerclient.ContainerInspectOptions{})
		if err != nil {
			return Case{}, fmt.Errorf("looking at the service %q of %q: %w", c.own, c.stack.File, err)
		}
		of.OutOfMemory = inspected.Container.State != nil && inspected.Container.State.OOMKilled
	}
	made, err := c.judge(ctx, of, c.limit(), func() (Verdict, string) {
		badly := own.State == "exited" && own.ExitCode != 0
		switch {
		case up.Running:
			return Inconclusive, fmt.Sprintf("not done after %s", round(c.limit()))
		case up.Code == 0 && sut.ExitCode == 0:
			return Passed, ""
		case up.Code == 0:
			return Failed, fmt.Sprintf("the service %q ends with %s, not 0", Judge, ended(sut.ExitCode))
		case badly:
			return Failed, fmt.Sprintf("the service %q, which is the image, ends with %s", c.own, ended(own.ExitCode))
		case own.Health == "unhealthy":
			return Failed, fmt.Sprintf("the service %q, which is the image, does not become healthy", c.own)
		}
		return Inconclusive, "its services do not start: " + lastLine(up)
	})
	return c.told(made, up), err
}

// told is a case with what compose has said where its services were not started.
func (c *composed) told(made Case, said container.Exit) Case {
	if said.Code != 0 {
		made.Stderr += clean(said.Stderr)
		made.Output = tail(said.Stdout, said.Stderr)
	}
	return made
}

// down takes the stack away with all it has made: containers, networks, volumes, images that were built for it.
func (c *composed) down(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dismantling)
	defer cancel()
	for {
		out, err := c.compose(ctx, c.text, "down", "--volumes", "--remove-orphans", "--rmi", "local", "--timeout", "2")
		switch {
		case err == nil && out.Code == 0:
			return nil
		case err == nil:
			err = errors.New(lastLine(out))
		}
		if !pause(ctx, time.Second) {
			return fmt.Errorf("services are left, to be removed with docker compose -p %s down --volumes: %w", c.project, err)
		}
	}
}

// read has compose read the file.
func (c *composed) read(ctx context.Context) (*model, error) {
	out, err := c.composeFile(ctx, nil, c.stack.File, "config", "--format", "json")
	if err != nil {
		return nil, err
	}
	if out.Refused != nil || out.Code != 0 {
		return nil, fmt.Errorf("%s: %s", c.stack.File, lastLine(out))
	}
	return readModel(out.Stdout, c.stack)
}

// compose runs compose on the file that stands on its standard input.
func (c *composed) compose(ctx context.Context, file []byte, words ...string) (container.Exit, error) {
	return c.composeFile(ctx, file, "-", words...)
}

func (c *composed) composeFile(ctx context.Context, text []byte, file string, words ...string) (container.Exit, error) {
	args := append([]string(nil), c.spec.Composer...)
	if c.stack.File != "" {
		args = append(args, "--project-name", c.project, "--project-directory", filepath.Dir(c.stack.File), "--file", file)
	}
	exit, err := c.program(ctx, append(args, words...), text)
	if err == nil && exit.Refused != nil {
		err = exit.Refused
	}
	return exit, err
}

// lastLine is the last thing that a program has said.
func lastLine(exit container.Exit) string {
	lines := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return visible.Line(last)
	}
	return ended(exit.Code)
}
