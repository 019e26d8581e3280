package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/bake"
)

// Definition say which bake files are read, and what is set in them.
type Definition struct{ Files, Sets, Vars []string }

// AddFlags binds them, spelled as docker buildx bake has them.
func (o *Definition) AddFlags(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&o.Files, "file", "f", nil, "Build definition file")
	flags.StringArrayVar(&o.Sets, "set", nil, `Override target value (e.g., "targetpattern.key=value")`)
	flags.StringArrayVar(&o.Vars, "var", nil, `Set a variable value (e.g., "name=value")`)
}

// Overrides are the flags of docker buildx bake that stand for --set on every target.
type Overrides struct {
	Pull, NoCache    bool
	SBOM, Provenance string
	Call             string
	Check            bool
	Policies         []string

	flags *pflag.FlagSet
}

// AddFlags binds them.
func (o *Overrides) AddFlags(flags *pflag.FlagSet) {
	o.flags = flags
	flags.BoolVar(&o.Pull, "pull", false, "Always attempt to pull all referenced images")
	flags.BoolVar(&o.NoCache, "no-cache", false, "Do not use cache when building the image")
	flags.StringVar(&o.SBOM, "sbom", "", `Shorthand for "--set=*.attest=type=sbom"`)
	flags.StringVar(&o.Provenance, "provenance", "", `Shorthand for "--set=*.attest=type=provenance"`)
	flags.StringArrayVar(&o.Policies, "policy", nil,
		`Global policy evaluation options (format: "[disabled=true|false][,strict=true|false][,log-level=level]")`)
	flags.StringVar(&o.Call, "call", "build", `Set method for evaluating build ("check", "outline", "targets")`)
	flags.BoolVar(&o.Check, "check", false, `Shorthand for "--call=check"`)
}

// Method is --call, or --check.
func (o *Overrides) Method() string {
	if o.Check {
		return "check"
	}
	return o.Call
}

// Sets are what the flags stand for, in the order of docker buildx bake.
func (o *Overrides) Sets(call string) (sets []bake.Set) {
	if call != "" {
		sets = append(sets, bake.Set{Text: "*.call=" + call, Said: "--call " + visible.Quote(call)})
	}
	for _, name := range []string{"no-cache", "pull"} {
		if f := o.flags.Lookup(name); f.Changed {
			sets = append(sets, bake.Set{Text: "*." + name + "=" + f.Value.String(), Said: "--" + name})
		}
	}
	return append(sets, bake.Attest(o.SBOM, o.Provenance)...)
}
