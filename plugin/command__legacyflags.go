package plugin

import "github.com/spf13/pflag"

// legacyFlag is a hidden flag of docker buildx build, which scripts may still carry.
type legacyFlag struct {
	name, shorthand string
	// resource is what --resource calls it now; such a flag does what it did.
	resource string
	// instead says what to use; a flag with neither this nor a resource is without effect, as in buildx.
	instead string
	// valueless flags stand alone.
	valueless bool
}

// legacyFlags are all of them.
func legacyFlags() []legacyFlag {
	return []legacyFlag{
		{name: "memory", shorthand: "m", resource: "memory"},
		{name: "memory-swap", resource: "memory-swap"},
		{name: "cpu-shares", shorthand: "c", resource: "cpu-shares"},
		{name: "cpu-period", resource: "cpu-period"},
		{name: "cpu-quota", resource: "cpu-quota"},
		{name: "cpuset-cpus", resource: "cpuset-cpus"},
		{name: "cpuset-mems", resource: "cpuset-mems"},
		{name: "compress", valueless: true},
		{name: "rm", valueless: true},
		{name: "force-rm", valueless: true},
		{name: "squash", valueless: true, instead: "BuildKit does not squash; use a multi-stage Dockerfile"},
		{name: "isolation", instead: "BuildKit has none; leave it out"},
		{name: "security-opt", instead: "use RUN --security=insecure with --allow security.insecure"},
		{name: "print", instead: "use --call"},
		{name: "output", shorthand: "o", instead: "a draft is kept in the store, --load puts it into the engine, and " +
			"publish pushes it; for other outputs use docker buildx build"},
	}
}

// legacyValue takes the value of a legacy flag to where it belongs.
type legacyValue struct {
	flag legacyFlag
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
		v.o.refused = usageError("--%s %q is not for this command: %s", v.flag.name, text, v.flag.instead)
	}
	return nil
}

// addLegacyFlags binds them.
func (o *buildOptions) addLegacyFlags(flags *pflag.FlagSet) {
	for _, legacy := range legacyFlags() {
		f := flags.VarPF(legacyValue{legacy, o}, legacy.name, legacy.shorthand, "")
		f.Hidden = true
		if legacy.valueless {
			f.NoOptDefVal = "true"
		}
	}
}
