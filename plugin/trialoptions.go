package plugin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	dockeropts "github.com/docker/cli/opts"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
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

const (
	sandboxPlain  = "plain"
	sandboxStrict = "strict"
)

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

// inWordsOf says the limits of a specification.
func inWordsOf(s localtest.Spec) string {
	text := fmt.Sprintf("%s, %g times under emulation", s.Timeout, s.EmulatedFactor)
	if memory := dockeropts.MemBytes(s.Memory); memory > 0 {
		text += ", memory " + memory.String()
	}
	if s.PIDs > 0 {
		text += ", " + fmt.Sprintf("%d processes", s.PIDs)
	}
	if cpus := dockeropts.NanoCPUs(s.NanoCPUs); cpus > 0 {
		text += ", " + cpus.String() + " CPUs"
	}
	return text
}
