package option

import (
	dockeropts "github.com/docker/cli/opts"
	"github.com/moby/moby/api/types/container"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// AddRequest binds the flags that build has in common with `docker buildx build`, spelled as there.
func AddRequest(flags *pflag.FlagSet, r *request.Request) {
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
	flags.Var(size{(*dockeropts.MemBytes)(&r.ShmSize)}, "shm-size", "Shared memory size for build containers")
	flags.Var(&ulimitFlag{UlimitOpt: dockeropts.NewUlimitOpt(nil), limits: &r.Ulimits}, "ulimit", "Ulimit options")
	flags.StringArrayVar(&r.Resources, "resource", nil,
		`Resource limits for build containers (format: "memory=2g", "cpu-quota=50000")`)
	flags.StringArrayVar(&r.Policies, "policy", nil, `Policy configuration (format: "filename=path[,filename=path]`+
		`[,reset=true|false][,disabled=true|false][,strict=true|false][,log-level=level]")`)
	flags.Lookup("provenance").NoOptDefVal = "true"
	flags.Lookup("sbom").NoOptDefVal = "true"
}

// AddSource binds those of them that say what is read, for a command that builds nothing.
func AddSource(flags *pflag.FlagSet, r *request.Request) {
	all := pflag.NewFlagSet("build", pflag.ContinueOnError)
	AddRequest(all, r)
	for _, name := range []string{"file", "target", "build-arg", "build-context", "secret", "ssh", "pull"} {
		flags.AddFlag(all.Lookup(name))
	}
}

// ulimitFlag is --ulimit: what was given so far is in limits.
type ulimitFlag struct {
	*dockeropts.UlimitOpt
	limits *[]*container.Ulimit
}

// Set adds one limit, or replaces the one of its name.
func (f *ulimitFlag) Set(value string) error {
	err := f.UlimitOpt.Set(value)
	*f.limits = f.GetList()
	return err
}
