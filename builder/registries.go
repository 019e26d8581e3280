package builder

import (
	"fmt"

	"github.com/pelletier/go-toml/v2"
)

// Reach is what a BuildKit daemon needs to pull from where the engine pulls from.
type Reach struct {
	// Config is a buildkitd.toml with the engine's mirrors and insecure registries, empty when there are none.
	Config []byte
	// HostNetwork is true when one of them is on loopback: the daemon must share the host's network.
	HostNetwork bool
	// Registries lists the hosts in Config, for the user to see.
	Registries []string
}

type registryTOML struct {
	Mirrors  []string `toml:"mirrors,omitempty"`
	HTTP     *bool    `toml:"http,omitempty"`
	Insecure *bool    `toml:"insecure,omitempty"`
}

// ReachOf derives from the engine's settings what its builder needs, as buildkitd.toml(5) spells it. A registry
// the engine calls insecure may speak plain HTTP or TLS with any certificate: both are allowed, as dockerd does.
func ReachOf(e Engine) (Reach, error) {
	var r Reach
	registries := map[string]registryTOML{}
	add := func(host string, entry registryTOML) {
		if _, known := registries[host]; !known {
			r.Registries = append(r.Registries, host)
		}
		registries[host] = entry
		r.HostNetwork = r.HostNetwork || onLoopback(host)
	}
	yes := true
	var mirrors []string
	for _, m := range e.Mirrors {
		host, plain := hostOf(m)
		mirrors = append(mirrors, host)
		entry := registryTOML{}
		if plain {
			entry.HTTP = &yes
		}
		add(host, entry)
	}
	for _, host := range e.Insecure {
		entry := registryTOML{HTTP: &yes}
		if !registries[host].plain() {
			entry.Insecure = &yes
		}
		add(host, entry)
	}
	if len(registries) == 0 {
		return r, nil
	}
	if len(mirrors) > 0 {
		registries["docker.io"] = registryTOML{Mirrors: mirrors}
	}
	config, err := toml.Marshal(map[string]any{"registry": registries})
	if err != nil {
		return Reach{}, fmt.Errorf("writing the builder's registry settings: %w", err)
	}
	r.Config = config
	return r, nil
}

func (t registryTOML) plain() bool { return t.HTTP != nil && *t.HTTP }
