package localtest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/shlex"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
)

// Defaults of the limits: a test may take 30 s, eight times that under emulation, and what a runaway program must not
// take from the machine.
const (
	DefaultTimeout        = 30 * time.Second
	DefaultEmulatedFactor = 8.0
	DefaultMemory         = 2 << 30
	DefaultPIDs           = 4096
)

// NoNetwork is the network of a test that has none but its own loopback.
const NoNetwork = "none"

// Spec says how an image is tested.
type Spec struct {
	// Commands are run in place of the entrypoint, each in a container of its own.
	Commands []Command
	// Execs are run inside of the image started as users start it, again and again until they succeed.
	Execs []Command
	// Scripts are run on this machine.
	Scripts []Command
	// Dialogues feed standard input and expect an answer.
	Dialogues []Dialogue
	// Stacks are compose files that the image is started with; Composer is the command line that does so.
	Stacks   []Stack
	Composer []string
	// Files are the test files. Where nothing at all is asked for, the smoke test is run.
	Files []structure.File
	// Smoke has the smoke test run beside what is asked for.
	Smoke bool
	// Timeout bounds each test on a native platform; under emulation it is multiplied by EmulatedFactor. The start period
	// of a HEALTHCHECK is no part of it.
	Timeout        time.Duration
	EmulatedFactor float64
	// Env are variables for every container, as KEY=VALUE, or KEY to unset one.
	Env []string
	// HostEnv are further variables for scripts.
	HostEnv []string
	// Network is the engine's network to use; empty is [NoNetwork].
	Network string
	// Strict adds a sandbox: nothing but /tmp can be written, no capability, no new privileges.
	Strict bool
	// Advice is what tests tell the user to do, in the words of whoever runs them.
	Advice Advice
	// Memory in bytes, PIDs and CPUs in billionths bound each container; 0 is no bound.
	Memory, PIDs, NanoCPUs int64
}

// Advice is put behind the reason of a case, after a semicolon; where it is empty the reason stands alone.
type Advice struct {
	// Runner is what runs programs; empty: this engine.
	Runner string
	// Emulator is for an engine that runs no programs of the platform.
	Emulator string
	// Smoke is for an image that fails when it is started without arguments.
	Smoke string
	// Health is for an image that would be given longer to become healthy than a test is.
	Health string
}

// advised is a reason with what to do about it.
func advised(reason, advice string) string {
	if advice == "" {
		return reason
	}
	return reason + "; " + advice
}

// Command is one test command.
type Command struct {
	// Text is the command as the user spelled it.
	Text string
	// Args replace the image's entrypoint and command, as `docker run --entrypoint` does; if KeepEntrypoint is
	// set they are arguments to the image's own entrypoint.
	Args           []string
	KeepEntrypoint bool
}

// ParseCommand splits a command by the rules of shell words, without a shell. One that starts with "-" keeps
// the image's entrypoint.
func ParseCommand(text string) (Command, error) {
	args, err := shlex.Split(text)
	if err != nil {
		return Command{}, fmt.Errorf("reading the test command %q: %w", text, err)
	}
	if len(args) == 0 || args[0] == "" {
		return Command{}, fmt.Errorf("reading the test command %q: %w", text, errors.New("there is no word in it"))
	}
	return Command{Text: text, Args: args, KeepEntrypoint: strings.HasPrefix(args[0], "-")}, nil
}

// Asked tells whether any test but the smoke test was asked for.
func (s Spec) Asked() bool {
	return len(s.Commands)+len(s.Execs)+len(s.Scripts)+len(s.Dialogues)+len(s.Stacks)+len(s.Files) > 0
}

// Bound tells that tests want something of this machine: services, whose files may lie here, or folders to mount.
func (s Spec) Bound() bool { return len(s.Stacks) > 0 || s.mounts() }

// mounts tells that folders are mounted.
func (s Spec) mounts() bool {
	return slices.ContainsFunc(s.Files, func(f structure.File) bool { return len(f.ContainerRunOptions.BindMounts) > 0 })
}

// Hermetic tells whether a verdict depends on the image and this spec alone, so that it holds again. What a script,
// services, a network or a mounted folder does, nobody knows.
func (s Spec) Hermetic() bool {
	return len(s.Scripts)+len(s.Stacks) == 0 && s.network() == NoNetwork && !s.mounts()
}

func (s Spec) network() string {
	if s.Network == "" {
		return NoNetwork
	}
	return s.Network
}

// limit is how long one test may take.
func (s Spec) limit(emulated bool) time.Duration { return s.scaled(s.Timeout, emulated) }

// scaled makes a duration longer under emulation.
func (s Spec) scaled(d time.Duration, emulated bool) time.Duration {
	if !emulated {
		return d
	}
	return time.Duration(math.Round(float64(d) * s.EmulatedFactor))
}

// startPeriod is how long the smoke test watches a server before "still running" counts as good.
func (s Spec) startPeriod(emulated bool) time.Duration {
	const most = 10 * time.Second
	return min(most, s.limit(emulated)/6)
}
