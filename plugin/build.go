package plugin

import (
	"context"
	"errors"
	"slices"

	"github.com/distribution/reference"
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
	request builder.Request
	tags    []string
	load    bool
	push    bool
	dryRun  bool
	// refused is what a flag that cannot be honoured has to say, legacyResources what older flags say of --resource.
	refused         error
	legacyResources []string
	call            string
	check           bool
	emulation       string
	line            commandLine
	format          string
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
			options.request.Resources = append(options.legacyResources, options.request.Resources...)
			options.line = given(cmd.Name(), cmd.Flags(), args)
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
	addFormatFlag(flags, &o.format)
	flags.StringVar(&o.call, "call", "build", `Set method for evaluating build ("check", "outline", "targets")`)
	flags.BoolVar(&o.check, "check", false, `Shorthand for "--call=check"`)
	o.addLegacyFlags(flags)
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
	flags.StringArrayVar(&r.Resources, "resource", nil,
		`Resource limits for build containers (format: "memory=2g", "cpu-quota=50000")`)
	flags.StringArrayVar(&r.Policies, "policy", nil, `Policy configuration (format: "filename=path[,filename=path]`+
		`[,reset=true|false][,disabled=true|false][,strict=true|false][,log-level=level]")`)
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
		return plan.show(ctx, dockerCLI)
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
	client := hostOf(dockerCLI).registries(o.trust(), func(message string) { say(dockerCLI, "%s", message) })
	for _, name := range plan.names {
		if err := checkPush(ctx, client, name); err != nil {
			return adviseRelease(err, pushingLine(name))
		}
	}
	if err := plan.execute(ctx, dockerCLI, *o); err != nil {
		return err
	}
	c := releasing{
		dockerCLI: dockerCLI, title: "publishing", progress: o.progressOptions, trust: o.trust(),
		line: o.line.only(ourCommand("publish"), o.tags, transportFlags()...),
	}
	return c.drafts(ctx, fromDraft{names: plan.names, archTags: true}, releaseRequest{})
}

// pushingLine builds and publishes under a name, before anything was made for it.
func pushingLine(name reference.NamedTagged) commandLine {
	return commandLine{verb: ourCommand("build") + " --push -t " + reference.FamiliarString(name), args: []string{"PATH"}}
}

// validate refuses what is wrong in itself; nothing is contacted.
func (o *buildOptions) validate() error {
	switch {
	case o.refused != nil:
		return o.refused
	case len(o.tags) == 0 && !o.asks():
		return usageError("a draft needs a name; give one with --tag NAME:TAG")
	case o.request.Jobs < 0:
		return usageError("--jobs %d is less than 0", o.request.Jobs)
	case !slices.Contains([]string{emulationAllow, emulationBuildOnly, emulationNever}, o.emulation):
		return usageError("unknown --emulation %q; use allow, build-only or never", o.emulation)
	}
	if o.push && o.format != formatTable {
		return usageError("--format %q prints the outcomes in the place of the result, which --push prints; use --report "+
			"FILE or --metadata-file FILE", o.format)
	}
	return errors.Join(o.progressOptions.validate(), checkRowFormat(o.format), o.request.Check(),
		builder.CheckContext(o.request.Context, o.request.File))
}

// asks tells that the Dockerfile is to be asked something, and nothing built.
func (o *buildOptions) asks() bool { return o.check || o.call != "build" && o.call != "" }
