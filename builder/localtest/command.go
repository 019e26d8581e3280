package localtest

import (
	"cmp"
	"context"
	"fmt"

	enginecontainer "github.com/moby/moby/api/types/container"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// command runs a command in place of the image's entrypoint; its exit code is the verdict.
func (r *runner) command(ctx context.Context, command Command) (Case, error) {
	spec := commanded(r.container(), command)
	exit, err := r.runTwice(ctx, spec)
	if err != nil {
		return Case{}, err
	}
	return r.judge(ctx, exit, r.limit(), func() (Verdict, string) {
		if exit.Code == 0 {
			return Passed, ""
		}
		return Failed, cmp.Or(unstarted(exit), ended(exit.Code)+", not 0")
	})
}

// commanded is a container that runs a command.
func commanded(spec container.Spec, command Command) container.Spec {
	if command.KeepEntrypoint {
		spec.Config.Cmd = command.Args
	} else {
		spec.Config.Entrypoint, spec.Config.Cmd = command.Args[:1], command.Args[1:]
	}
	return spec
}

// container is a container of the image as users start it, within the limits.
func (r *runner) container() container.Spec {
	host := enginecontainer.HostConfig{
		NetworkMode: enginecontainer.NetworkMode(r.spec.network()),
		Resources: enginecontainer.Resources{
			Memory: r.spec.Memory, MemorySwap: r.spec.Memory, NanoCPUs: r.spec.NanoCPUs,
		},
	}
	if pids := r.spec.PIDs; pids > 0 {
		host.PidsLimit = &pids
	}
	if r.spec.Strict {
		host.ReadonlyRootfs = true
		host.CapDrop = []string{"ALL"}
		host.SecurityOpt = []string{"no-new-privileges"}
		host.Tmpfs = map[string]string{"/tmp": "size=64m,noexec,nosuid"}
		reaper := true
		host.Init = &reaper
	}
	return container.Spec{
		Purpose: "test", Host: host, Limit: r.limit(),
		Config: enginecontainer.Config{Image: r.image.ID, Env: r.spec.Env, User: r.image.grouped()},
	}
}

// runTwice repeats a run once whose emulator crashed: QEMU crashes at random, and that says nothing about the image. A
// crash is never counted as passed.
func (r *runner) runTwice(ctx context.Context, spec container.Spec) (container.Exit, error) {
	exit, err := container.Run(ctx, r.engine, spec)
	if err == nil && crashed(r.image, exit) && !exit.Running {
		exit, err = container.Run(ctx, r.engine, spec)
	}
	if err != nil {
		return exit, fmt.Errorf("running a test: %w", err)
	}
	return exit, nil
}
