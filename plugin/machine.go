package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/docker/cli/cli/command"
	"github.com/moby/sys/atomicwriter"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// machine is what init has found out about the machine behind a docker context, and what it has made there.
type machine struct {
	// Platforms are those whose programs ran in the engine and in the builder.
	Platforms []string `json:"platforms"`
	// Builders are those that init has created.
	Builders []string `json:"builders,omitempty"`
	// Emulators are the entries that init has added to the kernel's table.
	Emulators []addedEmulator `json:"emulators,omitempty"`
}

// addedEmulator is an entry of the kernel's table, and where it came from.
type addedEmulator struct {
	Name        string `json:"name"`
	Interpreter string `json:"interpreter"`
	// Image is the digest of the emulator image, QEMU the version it told.
	Image string `json:"image"`
	QEMU  string `json:"qemu,omitempty"`
	// Boot is the run of the kernel it was added to: the next one starts without it.
	Boot string `json:"boot,omitempty"`
}

// is tells whether the entry is still the one that was added: in the same run of the kernel, or put back in a later one
// by the container of --persist, which is as much of our making.
func (a addedEmulator) is(t binfmt.Table, persisted binfmt.Persistence) bool {
	h, ok := t.Named(a.Name)
	return ok && h.Interpreter == a.Interpreter && (a.Boot == t.Boot || persisted.Registers(a.Name))
}

// add remembers an entry, in the place of an earlier one of the same name.
func (m *machine) add(e addedEmulator) {
	m.Emulators = slices.DeleteFunc(m.Emulators, func(old addedEmulator) bool { return old.Name == e.Name })
	m.Emulators = append(m.Emulators, e)
}

// emulator finds what was added under a name and is still there.
func (m *machine) emulator(name string, seen emulation) (addedEmulator, bool) {
	for _, e := range m.Emulators {
		if e.Name == name && e.is(seen.table.Table, seen.persisted) {
			return e, true
		}
	}
	return addedEmulator{}, false
}

func machineFile(dockerCLI command.Cli) string {
	return filepath.Join(configFolder(dockerCLI), "multiplat", "machines", dockerCLI.CurrentContext()+".json")
}

// machineLock is the key under which commands change the machine of a docker context one after the other.
func machineLock(dockerCLI command.Cli) string { return "machine-" + dockerCLI.CurrentContext() }

// readMachine returns what init wrote; nothing when it never ran.
func readMachine(dockerCLI command.Cli) (machine, error) {
	file := machineFile(dockerCLI)
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return machine{}, nil
	}
	if err != nil {
		return machine{}, unreadableMachine(file, err)
	}
	var m machine
	if err := json.Unmarshal(text, &m); err != nil {
		return machine{}, unreadableMachine(file, err)
	}
	return m, nil
}

func unreadableMachine(file string, err error) error {
	return fail(
		builder.ErrNotReady,
		fmt.Errorf("reading what init has found in %q: %w", file, err),
		"docker multiplat init",
	)
}

func writeMachine(dockerCLI command.Cli, m machine) error {
	file := machineFile(dockerCLI)
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("recording what init has found: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("recording what init has found: %w", err)
	}
	if err := atomicwriter.WriteFile(file, text, 0o600); err != nil {
		return fmt.Errorf("recording what init has found in %q: %w", file, err)
	}
	return nil
}
