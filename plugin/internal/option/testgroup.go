package option

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	dockeropts "github.com/docker/cli/opts"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// TestRun are the part of the test group that says how tests are run and reported.
type TestRun struct {
	Execs, Scripts, Files []string
	Stdins                []string
	Composes              []string
	Env                   []string
	Network, Sandbox      string
	Memory                dockeropts.MemBytes
	Cpus                  dockeropts.NanoCPUs
	Pids                  int64
	Reports               []string
}

// longest is the longest time that a test can have.
const longest = 365 * 24 * time.Hour

// cpus is a number of CPUs that no engine's arithmetic makes another of.
type cpus struct{ *dockeropts.NanoCPUs }

// mostCPUs are more than any machine has.
const mostCPUs = 1 << 20

// mostPids are more processes than a kernel can have.
const mostPids = 1 << 22

// Set implements [pflag.Value].
func (c cpus) Set(text string) error {
	if number, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(number) > mostCPUs {
		return errors.New("no machine has so many")
	}
	return c.NanoCPUs.Set(text)
}

// size is a number of bytes that is not made another where no number can hold it.
type size struct{ *dockeropts.MemBytes }

// Set implements [pflag.Value].
func (s size) Set(text string) error {
	err := s.MemBytes.Set(text)
	if err == nil && (s.Value() == math.MaxInt64 || s.Value() == math.MinInt64) {
		return errors.New("no machine has so much")
	}
	return err
}

// sandboxPlain is what tests run in unless they are locked in.
const sandboxPlain = "plain"

func (o *TestRun) addFlags(flags *pflag.FlagSet) {
	o.Memory = localtest.DefaultMemory
	flags.StringArrayVar(&o.Execs, "test-exec", nil,
		"Command to run inside of each platform's image, started as users start it, until it succeeds")
	flags.StringArrayVar(&o.Scripts, "test-script", nil,
		"Command to run on this machine for each platform, with MULTIPLAT_IMAGE, MULTIPLAT_IMAGE_ID, "+
			"MULTIPLAT_PLATFORM and MULTIPLAT_EMULATED set; it is run again each time")
	flags.StringArrayVar(
		&o.Files,
		"test-config",
		nil,
		"File of tests as container-structure-test takes them (YAML or JSON)",
	)
	flags.StringArrayVar(&o.Stdins, "test-stdin", nil,
		"Feed the image a file on standard input until what it writes matches "+
			"(FILE=REGEXP, or {file: FILE, expect: REGEXP, command: COMMAND})")
	flags.StringArrayVar(&o.Composes, "test-compose", nil,
		`Compose file to start with each platform's image in the place of a service; the exit code of "sut" is the verdict `+
			"([SERVICE=]FILE)")
	flags.StringArrayVar(&o.Env, "test-env", nil, "Set a variable in the tests' containers (KEY=VALUE, or KEY from here)")
	flags.StringVar(&o.Network, "test-network", localtest.NoNetwork, "Connect the tests' containers to a network")
	flags.StringVar(&o.Sandbox, "test-sandbox", sandboxPlain,
		`How tests are locked in ("plain": as docker run; "strict": read-only, no capabilities)`)
	flags.Var(size{&o.Memory}, "test-memory", "Memory limit of each test's container (0: none)")
	flags.Var(cpus{&o.Cpus}, "test-cpus", "Number of CPUs of each test's container (0: all)")
	flags.Int64Var(&o.Pids, "test-pids", localtest.DefaultPIDs, "Process limit of each test's container (0: none)")
	flags.StringArrayVar(&o.Reports, "report", nil,
		"Write what came of the tests to a file: .xml (JUnit), .json, .md or .html; or FORMAT=PATH")
}

// implied tells that tests are wanted although --test-local is not there.
func (o *TestRun) implied() bool { return len(o.Reports) > 0 || o.Runs() }

// Runs tells that an option says how tests are run.
func (o *TestRun) Runs() bool {
	return len(o.Env) > 0 || o.Network != localtest.NoNetwork || o.Sandbox != sandboxPlain
}

// extend parses the options into a test specification.
func (o *TestRun) extend(spec *localtest.Spec) error {
	if o.Sandbox != sandboxPlain && o.Sandbox != trial.SandboxStrict {
		return failure.Usage("unknown --test-sandbox %q; use plain or strict", o.Sandbox)
	}
	if strings.TrimSpace(o.Network) == "" || o.Network == "container:" {
		return failure.Usage("--test-network %q names no network; give the name of one, or none", o.Network)
	}
	const fewest = 1e7 // a kernel gives no less than a hundredth of one
	if o.Cpus.Value() > 0 && o.Cpus.Value() < fewest {
		return failure.Usage("--test-cpus %s is less than a kernel can give; use 0.01 or more, or 0 for all",
			exactCPUs(o.Cpus))
	}
	const least = 6 << 20 // the engine's own
	if o.Memory > 0 && o.Memory < least {
		return failure.Usage("--test-memory %s is less than an engine can give; use 6m or more, or 0 for no limit", &o.Memory)
	}
	if o.Pids > mostPids {
		return failure.Usage("--test-pids %d is more than a kernel can give; use %d or less, or 0 for no limit",
			o.Pids, mostPids)
	}
	for flag, limit := range map[string]string{
		"test-memory": exactBytes(o.Memory), "test-cpus": exactCPUs(o.Cpus), "test-pids": strconv.FormatInt(o.Pids, 10),
	} {
		if strings.HasPrefix(limit, "-") {
			return failure.Usage("--%s %s is less than 0; 0 is no limit", flag, limit)
		}
	}
	spec.Network, spec.Strict = o.Network, o.Sandbox == trial.SandboxStrict
	spec.Memory, spec.NanoCPUs, spec.PIDs = o.Memory.Value(), o.Cpus.Value(), o.Pids
	for _, entry := range o.Env {
		value, err := dockeropts.ValidateEnv(entry)
		if err != nil {
			return failure.Usage("--test-env %q is no variable; give it as KEY=VALUE or KEY", entry)
		}
		spec.Env = append(spec.Env, value)
	}
	return errors.Join(o.parseCommands(spec), o.loadDialogues(spec), o.loadStacks(spec), o.loadFiles(spec),
		o.checkReports())
}

// Test are the test group of build.
type Test struct {
	TestRun
	Local    bool
	Commands []string
	Timeout  time.Duration
	Factor   float64
	NoCache  bool
	// AllowForeign are the files of other platforms that the audit lets pass.
	AllowForeign []string
	Parity       Parity
	// Skips are the platforms that are not tested, as PLATFORM=REASON.
	Skips []string
	// On says which engines test which platforms, as PLATFORM=CONTEXT, or [OnHere].
	On []string
	// File is the test file: empty for the one that is found, [NoTestFile] for none.
	File string
	// repeated tells that what was said before stands before what was given: the later counts.
	repeated bool
	// said are the names of the flags that were given.
	said []string
	// open are the variables whose values are no secrets, as they are kept in files.
	open []string
}

// NoTestFile says that there is to be no test file.
const NoTestFile = "none"

// AddFlags binds the group.
func (o *Test) AddFlags(flags *pflag.FlagSet) {
	flags.BoolVar(
		&o.Local,
		"test-local",
		false,
		"Load and test each platform's image; implied where a test or a report is asked for",
	)
	flags.StringArrayVar(&o.Commands, "test", nil,
		`Command to run in each platform's container instead of its entrypoint; `+
			`one that starts with "-" goes to the entrypoint`)
	flags.DurationVar(&o.Timeout, "test-timeout", localtest.DefaultTimeout, "Time limit of each test")
	flags.Float64Var(&o.Factor, "test-emulated-factor", localtest.DefaultEmulatedFactor,
		"Multiply the time limit by this under emulation")
	o.Parity.AddFlags(flags)
	flags.StringArrayVar(&o.AllowForeign, "allow-foreign", nil,
		`Let the audit pass programs of other platforms at these paths (e.g., "/opt/firmware/**")`)
	flags.StringArrayVar(&o.Skips, "test-skip", nil, "Do not test a platform, and say why (PLATFORM=REASON)")
	flags.StringArrayVar(&o.On, "test-on", nil,
		`Test a platform on the engine of a docker context (PLATFORM=CONTEXT), or as Jobs of a cluster `+
			`(PLATFORM=kubernetes[:CONTEXT/NAMESPACE][,selector=KEY=VALUE][,toleration=TAINT]); `+
			`"local": all on the engine in use; `+
			`default: on that of the node that builds it, unless the one in use needs no emulator`)
	flags.StringVar(&o.File, "test-file", "",
		`File that states tests by target and platform ("none": not even the multiplat.yaml of the build context)`)
	o.addFlags(flags)
	flags.BoolVar(&o.NoCache, "no-test-cache", false, "Run tests also where the same image has passed the same tests")
}

// Spec parses the group; wanted is false when no test was asked for.
func (o *Test) Spec() (spec localtest.Spec, wanted bool, err error) {
	if o.Timeout <= 0 {
		return spec, false, failure.Usage("--test-timeout %s is not a time limit; give one like 30s", o.Timeout)
	}
	if !(o.Factor >= 1) || math.IsInf(o.Factor, 1) { // NaN is not at least 1
		return spec, false, failure.Usage("--test-emulated-factor %g is not a number of at least 1", o.Factor)
	}
	if float64(o.Timeout)*o.Factor > float64(longest) {
		return spec, false, failure.Usage("--test-timeout %s times --test-emulated-factor %g is more than %s; give less",
			o.Timeout, o.Factor, longest)
	}
	spec = localtest.Spec{Timeout: o.Timeout, EmulatedFactor: o.Factor}
	for _, text := range o.Commands {
		c, err := localtest.ParseCommand(text)
		if err != nil {
			return spec, false, failure.Wrap(failure.ErrUsage, err, "")
		}
		spec.Commands = append(spec.Commands, c)
	}
	err = o.extend(&spec)
	return spec, o.Local || spec.Asked() || o.implied(), err
}

// Allowed parses --allow-foreign.
func (o *Test) Allowed() (audit.Globs, error) {
	return parseForeign(o.AllowForeign)
}

// parseForeign parses the values of --allow-foreign.
func parseForeign(patterns []string) (audit.Globs, error) {
	globs, err := audit.ParseGlobs(patterns, "--allow-foreign")
	if err != nil {
		return globs, failure.Usage("--allow-foreign %w", err)
	}
	return globs, nil
}
