package create

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/confutil"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
)

// settings are what a builder is created with: what the user asked for, and what follows from the engine.
type settings struct {
	config Config
	// derived are driver options that follow from the engine.
	derived []string
	// configFile is the buildkitd.toml; empty: none.
	configFile string
	notes      []string
	remove     func()
	// platforms are those of the node in the engine in use; none: it builds what no other node was given.
	platforms []string
}

// driverOpts are the user's driver options and those that follow from the engine.
func (s settings) driverOpts() []string { return slices.Concat(s.config.DriverOpts, s.derived) }

// createOpts are the settings of the node in the engine in use, as buildx takes them.
func (s settings) createOpts() buildxbuilder.CreateOpts {
	return buildxbuilder.CreateOpts{
		Name:                s.config.Name,
		NodeName:            s.config.Name + "0",
		Driver:              builder.ContainerDriver,
		DriverOpts:          s.driverOpts(),
		Platforms:           s.platforms,
		BuildkitdFlags:      s.config.BuildkitdFlags,
		BuildkitdConfigFile: s.configFile,
	}
}

// node is the first node of a builder of containers with these settings.
func (s settings) node(ctx context.Context, client *builder.Client) (store.Node, error) {
	return made(ctx, client, s.createOpts())
}

// settingsOf completes the user's wishes. The caller calls remove once buildx has read the file.
func settingsOf(client *builder.Client, config Config) (settings, error) {
	s := settings{config: config, configFile: config.ConfigFile, remove: func() {}}
	if config.ConfigFile != "" {
		if err := checkConfigFile(config.ConfigFile); err != nil {
			return settings{}, err
		}
	}
	if config.Image != "" {
		s.derived = append(s.derived, "image="+config.Image)
	}
	proxies := proxyOptions(config.Proxies, storeutil.GetProxyConfig(client.CLI()), config.DriverOpts)
	s.derived = append(s.derived, proxies.driverOpts...)
	s.notes = append(s.notes, proxies.notes...)
	s.shareNetwork(config.Registries.Loopback, proxies.loopback)
	if config.ConfigFile != "" {
		return s, nil
	}
	if standard, exists := confutil.NewConfig(client.CLI()).BuildKitConfigFile(); exists {
		if err := checkConfigFile(standard); err != nil {
			return settings{}, err
		}
		s.configFile = standard
		s.notes = append(s.notes, "the builder's settings are those of "+standard)
		return s, nil
	}
	if len(config.Registries.Config) == 0 {
		return s, nil
	}
	var err error
	if s.configFile, s.remove, err = temporary(config.Registries.Config); err != nil {
		return settings{}, err
	}
	if err := checkConfigFile(s.configFile); err != nil {
		s.remove()
		return settings{}, err
	}
	s.notes = append(
		[]string{"the builder pulls as the engine does: " + strings.Join(config.Registries.Registries, ", ")},
		s.notes...)
	return s, nil
}

// shareNetwork gives the builder the network of the engine's host where registries or proxies are on its loopback,
// unless the user has settled it.
func (s *settings) shareNetwork(registries, proxies []string) {
	hosts := slices.Concat(registries, proxies)
	slices.Sort(hosts)
	if hosts = slices.Compact(hosts); len(hosts) == 0 || setsOption(s.config.DriverOpts, "network") {
		return
	}
	slices.Reverse(hosts) // names before numbers
	are := " is"
	if len(hosts) > 1 {
		are = " are"
	}
	s.derived = append(s.derived, "network=host")
	s.notes = append(s.notes, "network=host: "+strings.Join(hosts, " and ")+are+" on the loopback of the engine's host")
}

// setsOption tells whether driver options have a value for key.
func setsOption(driverOpts []string, key string) bool {
	for _, opt := range driverOpts {
		for part := range strings.SplitSeq(opt, ",") {
			if strings.HasPrefix(strings.TrimPrefix(part, `"`), key+"=") {
				return true
			}
		}
	}
	return false
}

// temporary writes a file for buildx, which takes its settings by path and copies them into its store.
func temporary(text []byte) (string, func(), error) {
	folder, err := scratch.New("settings")
	if err != nil {
		return "", nil, fmt.Errorf("writing the builder's settings: %w", err)
	}
	remove := func() { _ = folder.Remove() }
	file := filepath.Join(folder.Path, "buildkitd.toml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		remove()
		return "", nil, fmt.Errorf("writing the builder's settings: %w", err)
	}
	return file, remove, nil
}
