package option

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	dockeropts "github.com/docker/cli/opts"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
)

// Words are the group as flags that say the same in any folder, without what is as it is by default. Of
// --test-env only the names are kept: values may be secrets, and are taken from the environment when it is repeated.
func (o *Test) Words() []string {
	kept := *o
	kept.Env = nil
	for _, entry := range o.Env {
		key, _, _ := strings.Cut(entry, "=")
		if slices.Contains(o.open, entry) {
			key = entry
		}
		kept.Env = append(kept.Env, key)
	}
	return kept.words()
}

// words is the group as flags, with all that was given.
func (o *Test) words() []string {
	var words []string
	add := func(name, value string, there bool) {
		if there {
			words = append(words, "--"+name+"="+value)
		}
	}
	all := func(name string, values []string) {
		for _, value := range values {
			add(name, value, true)
		}
	}
	all("test", o.Commands)
	all("test-exec", o.Execs)
	all("test-script", o.Scripts)
	for _, path := range o.Files {
		if whole, err := filepath.Abs(path); err == nil {
			path = whole
		}
		add("test-config", path, true)
	}
	for _, text := range o.Composes {
		add("test-compose", testfile.WholeStack("", text), true)
	}
	for _, text := range o.Stdins {
		add("test-stdin", pinned(text), true)
	}
	all("test-env", o.Env)
	once := func(name, value string, there bool) { add(name, value, there || slices.Contains(o.said, name)) }
	once("test-network", o.Network, o.Network != localtest.NoNetwork)
	once("test-sandbox", o.Sandbox, o.Sandbox != sandboxPlain)
	once("test-memory", exactBytes(o.Memory), o.Memory != localtest.DefaultMemory)
	once("test-cpus", exactCPUs(o.Cpus), o.Cpus != 0)
	once("test-pids", strconv.FormatInt(o.Pids, 10), o.Pids != localtest.DefaultPIDs)
	once("test-timeout", o.Timeout.String(), o.Timeout != localtest.DefaultTimeout)
	once("test-emulated-factor", strconv.FormatFloat(o.Factor, 'g', -1, 64), o.Factor != localtest.DefaultEmulatedFactor)
	all("test-skip", o.Skips)
	all("test-on", o.On)
	all("allow-foreign", o.AllowForeign)
	add("require-parity", "true", o.Parity.Required)
	all("allow-difference", o.Parity.Allowed)
	return words
}

// exactBytes is a size as it is read again.
func exactBytes(size dockeropts.MemBytes) string {
	var again dockeropts.MemBytes
	if text := size.String(); again.Set(text) == nil && again == size {
		return text
	}
	return strconv.FormatInt(size.Value(), 10)
}

// exactCPUs is a number of CPUs as it is read again.
func exactCPUs(number dockeropts.NanoCPUs) string {
	whole, rest := number.Value()/1e9, number.Value()%1e9
	if rest < 0 {
		return "-" + exactCPUs(-number)
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%09d", whole, rest), "0"), ".")
}

// After is the group as if these words stood before what was given: of what can be said once, the later counts.
func (o *Test) After(words []string) (Test, error) {
	var both Test
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	both.AddFlags(flags)
	if err := flags.Parse(slices.Concat(words, o.words())); err != nil {
		return both, failure.Usage("repeating the tests of before: %w", err)
	}
	both.repeated = true
	both.Local, both.NoCache, both.Reports, both.File = o.Local, o.NoCache, o.Reports, o.File
	for _, word := range words {
		if entry, ok := strings.CutPrefix(word, "--test-env="); ok {
			both.open = append(both.open, entry)
		}
	}
	return both, nil
}

// Note takes down which flags were given, also those that say what is so by default: they win over a test file.
func (o *Test) Note(names []string) { o.said = names }

// pinned is a dialogue that says the same in any folder. One that cannot be read is refused elsewhere.
func pinned(text string) string {
	d, err := testfile.ParseDialogue(text)
	if err != nil {
		return text
	}
	_, word, err := d.Load()
	if err != nil {
		return text
	}
	return word
}
