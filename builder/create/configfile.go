package create

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// checkConfigFile refuses a file of settings that is no regular file or too large, and one that names such files:
// buildx would read them to their end. What is wrong in the settings themselves is for buildx to say.
func checkConfigFile(path string) error {
	text, err := localfile.Read(path, maxConfigFile)
	if err != nil {
		return errdefs.Classify(fmt.Errorf("reading the builder's settings: %w", err), errdefs.ErrInput)
	}
	var file struct {
		Registries map[string]struct {
			Authorities []string  `toml:"ca"`
			Pairs       []keyPair `toml:"keypair"`
		} `toml:"registry"`
	}
	_ = toml.Unmarshal(text, &file) // what is wrong in it, buildx says
	for host, registry := range file.Registries {
		files := slices.Clone(registry.Authorities)
		for _, pair := range registry.Pairs {
			files = append(files, pair.Key, pair.Certificate)
		}
		if err := checkFiles(files); err != nil {
			return errdefs.Classify(fmt.Errorf("reading the certificates of registry %q: %w", host, err), errdefs.ErrInput)
		}
	}
	return nil
}

// checkDriverOptions refuses such files among the options of a driver.
func checkDriverOptions(options []string) error {
	for _, option := range options {
		for _, field := range fieldsOf([]string{option}) {
			key, file, _ := strings.Cut(field, "=")
			if !slices.Contains([]string{"cacert", "cert", "key"}, key) {
				continue
			}
			if err := checkFiles([]string{file}); err != nil {
				return errdefs.Classify(fmt.Errorf("reading --driver-opt %q: %w", shownOptions(option), err), errdefs.ErrInput)
			}
		}
	}
	return nil
}

// checkFiles looks at files before others read them. That one is not there is for those to say.
func checkFiles(files []string) error {
	for _, file := range files {
		if file == "" {
			continue
		}
		if err := localfile.Check(file, maxConfigFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
