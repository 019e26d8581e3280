package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/docker/cli/cli/command"
	dockeropts "github.com/docker/cli/opts"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

type buildOptions struct {
	builderOptions
	platformOptions
	progressOptions
	testOptions
	registryOptions
	resultOptions
	request   builder.Request
	tags      []string
	load      bool
	push      bool
	dryRun    bool
	output    []string
	call      string
	check     bool
	emulation string
	line      commandLine
}

// What to do with platforms that need an emulator.
const (
	emulationAllow     = "allow"
	emulationBuildOnly = "build-only"
	emulationNever     = "never"
)

type buildFunc func(context.Context, command.Cli, buildOptions) error

func newBuildCommand(dockerCLI command.Cli, run buildFunc) *cobra.Command {
	options := buildOptions{request: builder.Request{Ulimits: dockeropts.NewUlimitOpt(nil)}}
	cmd := &cobra.Command{
		Use:   "build [OPTIONS] PATH | URL | -",
		Short: "Build every platform into a draft, load and test it",
		Long: `Build every platform into a draft, load and test it.

A draft is the local, unpublished image of NAME:TAG. Each platform's image is loaded under NAME:TAG--ARCH;
NAME:TAG itself is not tagged locally. Nothing leaves this machine before: docker multiplat publish NAME:TAG`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.request.Context = args[0]
			options.request.Stdin = dockerCLI.In()
			options.line = given(cmd, args)
			return run(cmd.Context(), dockerCLI, options)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	options.addBuildFlags(cmd.Flags())
	groupFlags(cmd, "Build options, as docker buildx build takes them", buildFlagGroups()...)
	return cmd
}

func (o *buildOptions) addBuildFlags(flags *pflag.FlagSet) {
	o.builderOptions.addFlags(flags)
	o.platformOptions.addFlags(flags, "Set target platforms for build")
	o.progressOptions.addFlags(flags)
	o.testOptions.addFlags(flags)
	flags.StringArrayVarP(&o.tags, "tag", "t", nil, `Image identifier (format: "[registry/]repository[:tag]")`)
	o.registryOptions.addFlags(flags)
	o.resultOptions.addFlags(flags)
	flags.BoolVar(&o.load, "load", false, "Load each platform's image into the engine as NAME:TAG--ARCH")
	flags.BoolVar(&o.push, "push", false, "Test, then publish every --tag; logins are checked before the build")
	flags.BoolVar(&o.dryRun, "dry-run", false, "Print the plan and do nothing")
	flags.IntVar(
		&o.request.Jobs,
		"jobs",
		0,
		"How many platforms are built and tested at once (default: by cores and memory)",
	)
	flags.StringVar(&o.emulation, "emulation", emulationAllow,
		`What to do with platforms that need an emulator ("allow", "build-only", "never")`)
	flags.StringVar(&o.call, "call", "build", `Set method for evaluating build ("check", "outline", "targets")`)
	flags.BoolVar(&o.check, "check", false, `Shorthand for "--call=check"`)
	flags.StringArrayVarP(&o.output, "output", "o", nil, "")
	_ = flags.MarkHidden("output") // it exists, so that it can be refused with words

	addRequestFlags(flags, &o.request)
}

// addRequestFlags binds the flags that build has in common with `docker buildx build`, spelled as there.
func addRequestFlags(flags *pflag.FlagSet, r *builder.Request) {
	flags.StringVarP(&r.File, "file", "f", "", `Name of the Dockerfile (default: "PATH/Dockerfile")`)
	flags.StringVar(&r.Target, "target", "", "Set the target build stage to build")
	flags.StringArrayVar(&r.BuildArgs, "build-arg", nil, "Set build-time variables")
	flags.StringArrayVar(&r.Labels, "label", nil, "Set metadata for an image")
	flags.StringArrayVar(&r.Annotations, "annotation", nil, "Add annotation to the image")
	flags.StringArrayVar(&r.BuildContexts, "build-context", nil, "Additional build contexts (e.g., name=path)")
	flags.StringArrayVar(
		&r.Secrets,
		"secret",
		nil,
		`Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")`,
	)
	flags.StringArrayVar(
		&r.SSH,
		"ssh",
		nil,
		`SSH agent socket or keys to expose to the build (format: "default|<id>[=<socket>|<key>[,<key>]]")`,
	)
	flags.StringArrayVar(
		&r.CacheFrom,
		"cache-from",
		nil,
		`External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir")`,
	)
	flags.StringArrayVar(&r.CacheTo, "cache-to", nil,
		`Cache export destinations, each platform's apart (e.g., "user/app:cache", "type=local,dest=path/to/dir")`)
	flags.BoolVar(&r.NoCache, "no-cache", false, "Do not use cache when building the image")
	flags.StringArrayVar(&r.NoCacheFilter, "no-cache-filter", nil, "Do not cache specified stages")
	flags.BoolVar(&r.Pull, "pull", false, "Always attempt to pull all referenced images")
	flags.StringVar(&r.Network, "network", "default", `Set the networking mode for the "RUN" instructions during build`)
	flags.StringSliceVar(&r.AddHosts, "add-host", nil, `Add a custom host-to-IP mapping (format: "host:ip")`)
	flags.StringArrayVar(
		&r.Allow,
		"allow",
		nil,
		`Allow extra privileged entitlement (e.g., "network.host", "security.insecure")`,
	)
	flags.StringVar(&r.CgroupParent, "cgroup-parent", "", `Set the parent cgroup for the "RUN" instructions during build`)
	flags.StringVar(&r.Provenance, "provenance", "", `Shorthand for "--attest=type=provenance"`)
	flags.StringVar(&r.SBOM, "sbom", "", `Shorthand for "--attest=type=sbom"`)
	flags.StringArrayVar(&r.Attest, "attest", nil, `Attestation parameters (format: "type=sbom,generator=image")`)
	flags.Var(&r.ShmSize, "shm-size", "Shared memory size for build containers")
	flags.Var(r.Ulimits, "ulimit", "Ulimit options")
	flags.Lookup("provenance").NoOptDefVal = "true"
	flags.Lookup("sbom").NoOptDefVal = "true"
}

func runBuild(ctx context.Context, dockerCLI command.Cli, options buildOptions) error {
	plan, err := options.plan(dockerCLI)
	if err != nil {
		return err
	}
	switch {
	case options.dryRun:
		plan.survey, err = builder.Look(ctx, dockerCLI, plan.builder, plan.platforms)
		if err == nil {
			_, err = fmt.Fprint(dockerCLI.Out(), plan)
		}
		return err
	case plan.calls:
		return plan.ask(ctx, dockerCLI, options.progressOptions)
	case !options.push:
		return plan.execute(ctx, dockerCLI, options)
	}
	return options.buildAndPublish(ctx, dockerCLI, plan)
}

// buildAndPublish asks every registry for the right to push before it builds: a missing login must not be learnt
// after an hour of building.
func (o *buildOptions) buildAndPublish(ctx context.Context, dockerCLI command.Cli, plan buildPlan) error {
	client := o.client(dockerCLI, func(message string) { say(dockerCLI, "%s", message) })
	publish := publishOptions{
		progressOptions: o.progressOptions, registryOptions: o.registryOptions, archTags: archTagsKeep, names: o.tags,
		line: o.line.only("docker multiplat publish", o.tags, transportFlags()...),
	}
	for _, name := range plan.names {
		if _, err := openForPush(ctx, client, name); err != nil {
			return refusedPush(name, err)
		}
	}
	if err := plan.execute(ctx, dockerCLI, *o); err != nil {
		return err
	}
	return runPublish(ctx, dockerCLI, publish)
}

// validate refuses what is wrong in itself; nothing is contacted.
func (o *buildOptions) validate() error {
	switch {
	case len(o.output) > 0:
		return usageError("--output %q is not for this command: a draft is kept in the store, --load puts it into the "+
			"engine, and publish pushes it; for other outputs use docker buildx build", o.output[0])
	case len(o.tags) == 0 && !o.asks():
		return usageError("a draft needs a name; give one with --tag NAME:TAG")
	case o.request.Jobs < 0:
		return usageError("--jobs %d is less than 0", o.request.Jobs)
	case !slices.Contains([]string{emulationAllow, emulationBuildOnly, emulationNever}, o.emulation):
		return usageError("unknown --emulation %q; use allow, build-only or never", o.emulation)
	}
	return errors.Join(o.progressOptions.validate(), o.request.Check(),
		builder.CheckContext(o.request.Context, o.request.File))
}

// asks tells that the Dockerfile is to be asked something, and nothing built.
func (o *buildOptions) asks() bool { return o.check || o.call != "build" && o.call != "" }
