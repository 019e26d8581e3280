package plugin

import (
	"math"
	"time"

	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// testOptions are the test group of build.
type testOptions struct {
	trialOptions
	local    bool
	commands []string
	timeout  time.Duration
	factor   float64
	noCache  bool
	// allowForeign are the files of other platforms that the audit lets pass.
	allowForeign []string
}

func (o *testOptions) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(
		&o.local,
		"test-local",
		false,
		"Load and test each platform's image; implied where a test or a report is asked for",
	)
	flags.StringArrayVar(&o.commands, "test", nil,
		`Command to run in each platform's container instead of its entrypoint; `+
			`one that starts with "-" goes to the entrypoint`)
	flags.DurationVar(&o.timeout, "test-timeout", localtest.DefaultTimeout, "Time limit of each test")
	flags.Float64Var(&o.factor, "test-emulated-factor", localtest.DefaultEmulatedFactor,
		"Multiply the time limit by this under emulation")
	flags.StringArrayVar(&o.allowForeign, "allow-foreign", nil,
		`Let the audit pass programs of other platforms at these paths (e.g., "/opt/firmware/**")`)
	o.trialOptions.addFlags(flags)
	flags.BoolVar(&o.noCache, "no-test-cache", false, "Run tests also where the same image has passed the same tests")
}

// spec parses the group; wanted is false when no test was asked for.
func (o *testOptions) spec() (spec localtest.Spec, wanted bool, err error) {
	if o.timeout <= 0 {
		return spec, false, usageError("--test-timeout %s is not a time limit; give one like 30s", o.timeout)
	}
	if !(o.factor >= 1) || math.IsInf(o.factor, 1) { // NaN is not at least 1
		return spec, false, usageError("--test-emulated-factor %g is not a number of at least 1", o.factor)
	}
	spec = localtest.Spec{Timeout: o.timeout, EmulatedFactor: o.factor}
	for _, text := range o.commands {
		c, err := localtest.ParseCommand(text)
		if err != nil {
			return spec, false, fail(errUsage, err, "")
		}
		spec.Commands = append(spec.Commands, c)
	}
	err = o.extend(&spec)
	return spec, o.local || spec.Asked() || o.implied(), err
}
