package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/docker/cli/cli/command"
	"github.com/moby/sys/atomicwriter"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// machine is what init has found out about the machine behind a docker context.
type machine struct {
	// Platforms are those whose programs ran in the engine and in the builder.
	Platforms []string `json:"platforms"`
}

func machineFile(dockerCLI command.Cli) string {
	return filepath.Join(configFolder(dockerCLI), "multiplat", "machines", dockerCLI.CurrentContext()+".json")
}

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
