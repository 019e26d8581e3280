package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

type deinitOptions struct {
	builderOptions
	emulators bool
	force     bool
	dryRun    bool
}

type deinitFunc func(context.Context, command.Cli, deinitOptions) error

func newDeinitCommand(dockerCLI command.Cli, run deinitFunc) *cobra.Command {
	var options deinitOptions
	cmd := &cobra.Command{
		Use:   "deinit [OPTIONS]",
		Short: "Take away what init has made",
		Long: `Take away what init has made.

That is the builder with its cache, and the container of init --persist. Emulators serve every user of the engine's
host: they stay unless --emulators is given, and then only those go that init has added.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.addFlags(flags)
	flags.BoolVar(&options.emulators, "emulators", false, "Also remove the emulators that init has added")
	flags.BoolVarP(&options.force, "force", "f", false, "Do not ask before removing emulators")
	flags.BoolVar(&options.dryRun, "dry-run", false, "Print the plan and change nothing")
	return cmd
}

func runDeinit(ctx context.Context, dockerCLI command.Cli, options deinitOptions) error {
	if options.emulators && !options.force && !options.dryRun && !dockerCLI.In().IsTerminal() {
		return usageError("--emulators asks before it changes the kernel, and this is no terminal; add --force")
	}
	unlock, err := builder.Lock(ctx, dockerCLI, machineLock(dockerCLI))
	if err != nil {
		return err
	}
	defer unlock()
	u := &undoing{dockerCLI: dockerCLI, options: options}
	if err := u.look(ctx); err != nil {
		return interrupted(ctx, err)
	}
	if options.dryRun {
		_, err := fmt.Fprint(dockerCLI.Out(), u.plan)
		return err
	}
	if len(u.plan.emulators) > 0 && !options.force {
		yes, err := confirm(ctx, dockerCLI, fmt.Sprintf("Remove %s from the kernel of the engine's host, for all its users?",
			strings.Join(u.plan.emulators, ", ")))
		if err != nil {
			return interrupted(ctx, err)
		}
		if !yes {
			return fail(errUsage, fmt.Errorf("not confirmed"), "", "nothing has been changed")
		}
	}
	return interrupted(ctx, u.run(ctx))
}

// deinitPlan is what deinit would take away.
type deinitPlan struct {
	builder   string
	exists    bool
	persisted bool
	emulators []string
}

// String is the plan as --dry-run prints it.
func (p deinitPlan) String() string {
	var out strings.Builder
	if p.exists {
		fmt.Fprintf(&out, "builder    remove %s and its cache\n", p.builder)
	} else {
		fmt.Fprintf(&out, "builder    %s: there is none\n", p.builder)
	}
	if p.persisted {
		fmt.Fprintf(&out, "persist    remove container %s\n", binfmt.PersistName)
	}
	if len(p.emulators) > 0 {
		fmt.Fprintf(&out, "emulators  remove %s from the kernel of the engine's host\n", strings.Join(p.emulators, ", "))
	} else {
		out.WriteString("emulators  nothing to remove\n")
	}
	return out.String()
}

// undoing is one run of deinit.
type undoing struct {
	dockerCLI command.Cli
	options   deinitOptions
	record    machine
	engine    builder.Engine
	// persisted is the container of --persist as it was before anything was taken away.
	persisted binfmt.Persistence
	plan      deinitPlan
}

func (u *undoing) look(ctx context.Context) error {
	var err error
	if u.engine, err = builder.InspectEngine(ctx, u.dockerCLI.Client()); err != nil {
		return fail(builder.ErrNotReady, err, "docker version")
	}
	if u.record, err = readMachine(u.dockerCLI); err != nil {
		return err
	}
	u.plan.builder = firstOf(u.options.builder, builder.DefaultName(u.dockerCLI))
	if u.plan.exists, err = builder.Exists(u.dockerCLI, u.plan.builder); err != nil {
		return fail(builder.ErrNotReady, err, "remove that file")
	}
	if u.plan.exists && !u.made(u.plan.builder) {
		return fail(builder.ErrNotReady, fmt.Errorf("builder %s was not made by init", u.plan.builder),
			"docker buildx rm "+u.plan.builder, "nothing has been changed")
	}
	if u.persisted, err = binfmt.Persisted(ctx, u.dockerCLI.Client()); err != nil {
		return fail(builder.ErrNotReady, err, "docker info")
	}
	u.plan.persisted = len(u.persisted.Architectures) > 0
	return u.lookAtEmulators(ctx)
}

// made tells whether init has created the builder. The one it creates by default needs no record.
func (u *undoing) made(name string) bool {
	return slices.Contains(u.record.Builders, name) || name == builder.DefaultName(u.dockerCLI)
}

// lookAtEmulators lists what init has added and what is still as it was added. Without the container of --persist
// nothing tells any more that it has put entries back after a boot: they are recorded as of this one.
func (u *undoing) lookAtEmulators(ctx context.Context) error {
	if len(u.record.Emulators) == 0 || !u.options.emulators && !u.plan.persisted {
		return nil
	}
	table, err := u.table(ctx)
	switch {
	case err != nil && u.options.emulators:
		return fail(builder.ErrNotReady, err, "docker multiplat status", "no emulator has been removed")
	case err != nil:
		return context.Cause(ctx) // they stay in any case
	}
	for i := range u.record.Emulators {
		e := &u.record.Emulators[i]
		if !e.is(table, u.persisted) {
			continue
		}
		e.Boot = table.Boot
		if u.options.emulators {
			u.plan.emulators = append(u.plan.emulators, e.Name)
		}
	}
	return nil
}

func (u *undoing) table(ctx context.Context) (binfmt.Table, error) {
	var b *builder.Builder
	if u.plan.exists {
		b, _ = builder.Attach(ctx, u.dockerCLI, u.plan.builder) // what is wrong with it does not matter any more
	}
	found, err := builder.ReadEmulators(ctx, u.dockerCLI, u.engine, b)
	if err == nil && !found.Known {
		err = fmt.Errorf("the kernel's table of emulators cannot be read from here while no builder runs")
	}
	return found.Table, err
}

func (u *undoing) run(ctx context.Context) error {
	if u.plan.persisted {
		if _, err := binfmt.Unpersist(ctx, u.dockerCLI.Client()); err != nil {
			return fail(builder.ErrNotReady, err, "docker rm -f "+binfmt.PersistName)
		}
		say(u.dockerCLI, "container %s removed", binfmt.PersistName)
	}
	if err := u.removeEmulators(ctx); err != nil {
		return err
	}
	removed, err := builder.Remove(ctx, u.dockerCLI, u.plan.builder, false)
	if err != nil {
		return fail(builder.ErrNotReady, err, "docker buildx rm --force "+u.plan.builder)
	}
	if removed {
		say(u.dockerCLI, "builder %s removed", u.plan.builder)
	} else {
		say(u.dockerCLI, "there is no builder %s", u.plan.builder)
	}
	u.record.Builders = slices.DeleteFunc(u.record.Builders, func(name string) bool { return name == u.plan.builder })
	u.record.Platforms = []string{}
	return writeMachine(u.dockerCLI, u.record)
}

// removeEmulators takes the entries out with the image that they came from, and looks whether they are gone.
func (u *undoing) removeEmulators(ctx context.Context) error {
	if len(u.plan.emulators) == 0 {
		return nil
	}
	image := binfmt.DefaultImage
	for _, e := range u.record.Emulators {
		if e.Name == u.plan.emulators[0] {
			image = firstOf(e.Image, image)
		}
	}
	next := fmt.Sprintf("docker run --rm --privileged %s --uninstall %s", image, strings.Join(u.plan.emulators, ","))
	auth, err := command.RetrieveAuthTokenFromImage(u.dockerCLI.ConfigFile(), image)
	if err == nil {
		err = binfmt.Pull(ctx, u.dockerCLI.Client(), image, auth)
	}
	if err == nil {
		_, err = binfmt.Install(ctx, u.dockerCLI.Client(), binfmt.Change{Image: image, Remove: u.plan.emulators})
	}
	if err != nil {
		return fail(builder.ErrNotReady, err, next, outOfReach(image)...)
	}
	table, err := u.table(ctx)
	if err != nil {
		return fail(builder.ErrNotReady, err, next)
	}
	var left []string
	u.record.Emulators = slices.DeleteFunc(u.record.Emulators, func(e addedEmulator) bool {
		stays := e.is(table, u.persisted)
		if stays {
			left = append(left, e.Name)
		}
		return !stays
	})
	if len(left) > 0 {
		return fail(
			builder.ErrNotReady,
			fmt.Errorf("%s could not be removed from the kernel", strings.Join(left, ", ")),
			next,
		)
	}
	say(u.dockerCLI, "removed %s from the kernel of the engine's host", strings.Join(u.plan.emulators, ", "))
	return nil
}
