package structure

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/cli/pkg/kvfile"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// Load reads a test file and all that it takes from this machine: environment files and variables, and where mounted
// folders are. Relative paths are those of the working folder, as the Docker CLI has it.
func Load(path string) (File, error) {
	text, err := localfile.Read(path, maxTestFile)
	if err != nil {
		return File{}, fmt.Errorf("reading the test file: %w", err)
	}
	file, err := Parse(path, text)
	if err != nil {
		return File{}, err
	}
	return file, file.takeFromHost()
}

// maxTestFile is the largest test file, or environment file, that is read.
const maxTestFile = 4 << 20

// readEnv reads an environment file.
func readEnv(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	text, err := localfile.Read(path, maxTestFile)
	if err != nil {
		return nil, err
	}
	return kvfile.ParseFromReader(bytes.NewReader(text), os.LookupEnv)
}

func (f *File) takeFromHost() error {
	options := &f.ContainerRunOptions
	env, err := readEnv(options.EnvFile)
	if err != nil {
		return fmt.Errorf("%s: reading envFile %q: %w", f.Name, options.EnvFile, err)
	}
	for _, name := range options.EnvVars {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	f.RunEnv = env
	options.Mounts = slices.Clone(options.BindMounts)
	for i, mount := range options.BindMounts {
		if !strings.HasPrefix(mount, ".") {
			continue
		}
		source, rest, _ := strings.Cut(mount, ":")
		if source, err = filepath.Abs(source); err != nil {
			return fmt.Errorf("%s: mounting %q: %w", f.Name, mount, err)
		}
		options.BindMounts[i] = source + ":" + rest
	}
	return nil
}

// Reach names the options of a test file with which its tests reach out of their containers. Nothing is taken from this
// machine.
func Reach(path string) (names []string, err error) {
	text, err := localfile.Read(path, maxTestFile)
	if err != nil {
		return nil, fmt.Errorf("reading the test file: %w", err)
	}
	file, err := Parse(path, text)
	if err != nil {
		return nil, err
	}
	options := file.ContainerRunOptions
	for _, o := range []struct {
		name string
		used bool
	}{
		{"privileged", options.Privileged},
		{"capabilities", len(options.Capabilities) > 0},
		{"bindMounts", len(options.BindMounts) > 0},
		{"envFile", options.EnvFile != ""},
		{"envVars", len(options.EnvVars) > 0},
	} {
		if o.used {
			names = append(names, o.name)
		}
	}
	return names, nil
}
