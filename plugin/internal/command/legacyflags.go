package command

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// LegacyFlag is a hidden flag of docker buildx build, which scripts may still carry.
type LegacyFlag struct {
	Name, shorthand string
	// resource is what --resource calls it now; such a flag does what it did.
	resource string
	// instead says what to use; a flag with neither this nor a resource is without effect, as in buildx.
	instead string
	// valueless flags stand alone.
	valueless bool
}

// LegacyFlags are all of them.
func LegacyFlags() []LegacyFlag {
	return []LegacyFlag{
		{Name: "memory", shorthand: "m", resource: "memory"},
		{Name: "memory-swap", resource: "memory-swap"},
		{Name: "cpu-shares", shorthand: "c", resource: "cpu-shares"},
		{Name: "cpu-period", resource: "cpu-period"},
		{Name: "cpu-quota", resource: "cpu-quota"},
		{Name: "cpuset-cpus", resource: "cpuset-cpus"},
		{Name: "cpuset-mems", resource: "cpuset-mems"},
		{Name: "compress", valueless: true},
		{Name: "rm", valueless: true},
		{Name: "force-rm", valueless: true},
		{Name: "squash", valueless: true, instead: "BuildKit does not squash; use a multi-stage Dockerfile"},
		{Name: "isolation", instead: "BuildKit has none; leave it out"},
		{Name: "security-opt", instead: "use RUN --security=insecure with --allow security.insecure"},
		{Name: "print", instead: "use --call"},
		{Name: "output", shorthand: "o", instead: "a draft is kept in the store, --load puts it into the engine, and " +
			"publish pushes it; for other outputs use docker buildx build"},
	}
}

// legacyValue takes the value of a legacy flag to where it belongs.
type legacyValue struct {
	flag LegacyFlag
	o    *buildOptions
}

// String implements pflag.Value.
func (v legacyValue) String() string { return "" }

// Type implements pflag.Value.
func (v legacyValue) Type() string { return "string" }

// Set implements pflag.Value. What is refused is refused with the other bad input, not as an unknown flag.
func (v legacyValue) Set(text string) error {
	switch {
	case v.flag.resource != "":
		v.o.legacyResources = append(v.o.legacyResources, v.flag.resource+"="+text)
	case v.flag.instead != "" && v.o.refused == nil:
		v.o.refused = failure.Usage("--%s %q is not for this command: %s", v.flag.Name, text, v.flag.instead)
	}
	return nil
}

// addLegacyFlags binds them.
func (o *buildOptions) addLegacyFlags(flags *pflag.FlagSet) {
	for _, legacy := range LegacyFlags() {
		f := flags.VarPF(legacyValue{legacy, o}, legacy.Name, legacy.shorthand, "")
		f.Hidden = true
		if legacy.valueless {
			f.NoOptDefVal = "true"
		}
	}
}
