package plugin

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"time"

	dockeropts "github.com/docker/cli/opts"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// trialOptions are the part of the test group that says how tests are run and reported.
type trialOptions struct {
	execs, scripts, files []string
	env                   []string
	network, sandbox      string
	memory                dockeropts.MemBytes
	cpus                  dockeropts.NanoCPUs
	pids                  int64
	reports               []string
}

// sandboxPlain is what tests run in unless they are locked in.
const sandboxPlain = "plain"

func (o *trialOptions) addFlags(flags *pflag.FlagSet) {
	o.memory = localtest.DefaultMemory
	flags.StringArrayVar(&o.execs, "test-exec", nil,
		"Command to run inside of each platform's image, started as users start it, until it succeeds")
	flags.StringArrayVar(&o.scripts, "test-script", nil,
		"Command to run on this machine for each platform, with MULTIPLAT_IMAGE, MULTIPLAT_IMAGE_ID, "+
			"MULTIPLAT_PLATFORM and MULTIPLAT_EMULATED set; it is run again each time")
	flags.StringArrayVar(
		&o.files,
		"test-config",
		nil,
		"File of tests as container-structure-test takes them (YAML or JSON)",
	)
	flags.StringArrayVar(&o.env, "test-env", nil, "Set a variable in the tests' containers (KEY=VALUE, or KEY from here)")
	flags.StringVar(&o.network, "test-network", localtest.NoNetwork, "Connect the tests' containers to a network")
	flags.StringVar(&o.sandbox, "test-sandbox", sandboxPlain,
		`How tests are locked in ("plain": as docker run; "strict": read-only, no capabilities)`)
	flags.Var(&o.memory, "test-memory", "Memory limit of each test's container (0: none)")
	flags.Var(&o.cpus, "test-cpus", "Number of CPUs of each test's container (0: all)")
	flags.Int64Var(&o.pids, "test-pids", localtest.DefaultPIDs, "Process limit of each test's container (0: none)")
	flags.StringArrayVar(&o.reports, "report", nil,
		"Write what came of the tests to a file: .xml (JUnit), .json, .md or .html")
}

// implied tells that tests are wanted although --test-local is not there.
func (o *trialOptions) implied() bool { return len(o.reports) > 0 || o.runs() }

// runs tells that an option says how tests are run.
func (o *trialOptions) runs() bool {
	return len(o.env) > 0 || o.network != localtest.NoNetwork || o.sandbox != sandboxPlain
}

// extend parses the options into a test specification.
func (o *trialOptions) extend(spec *localtest.Spec) error {
	if o.sandbox != sandboxPlain && o.sandbox != sandboxStrict {
		return usageError("unknown --test-sandbox %q; use plain or strict", o.sandbox)
	}
	if o.network == "" {
		return usageError("--test-network is empty; give the name of a network, or none")
	}
	if o.memory < 0 || o.cpus < 0 || o.pids < 0 {
		return usageError("a limit of the tests is less than 0; 0 is no limit")
	}
	spec.Network, spec.Strict = o.network, o.sandbox == sandboxStrict
	spec.Memory, spec.NanoCPUs, spec.PIDs = o.memory.Value(), o.cpus.Value(), o.pids
	for _, entry := range o.env {
		value, err := dockeropts.ValidateEnv(entry)
		if err != nil {
			return usageError("--test-env %q is no variable; give it as KEY=VALUE or KEY", entry)
		}
		spec.Env = append(spec.Env, value)
	}
	return errors.Join(o.parseCommands(spec), o.loadFiles(spec), o.checkReports())
}

func (o *trialOptions) parseCommands(spec *localtest.Spec) error {
	for _, list := range []struct {
		texts []string
		to    *[]localtest.Command
	}{{o.execs, &spec.Execs}, {o.scripts, &spec.Scripts}} {
		for _, text := range list.texts {
			c, err := localtest.ParseCommand(text)
			if err != nil {
				return fail(errUsage, err, "")
			}
			*list.to = append(*list.to, c)
		}
	}
	return nil
}

func (o *trialOptions) loadFiles(spec *localtest.Spec) error {
	for _, path := range o.files {
		file, err := structure.Load(path)
		if err != nil {
			return fail(errUsage, err, "")
		}
		spec.Files = append(spec.Files, file)
	}
	return nil
}

// checkReports refuses reports that could not be written in the end.
func (o *trialOptions) checkReports() error {
	for _, path := range o.reports {
		if err := report.Check(path); err != nil {
			return fail(errUsage, err, "")
		}
		folder := filepath.Dir(path)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return usageError("there is no folder %q for --report %q; make it first", folder, path)
		}
	}
	return nil
}

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

// allowed parses --allow-foreign.
func (o *testOptions) allowed() (audit.Globs, error) {
	return parseForeign(o.allowForeign)
}

// parseForeign parses the values of --allow-foreign.
func parseForeign(patterns []string) (audit.Globs, error) {
	globs, err := audit.ParseGlobs(patterns, "--allow-foreign")
	if err != nil {
		return globs, usageError("--allow-foreign %w", err)
	}
	return globs, nil
}
