package create

import (
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// RegistryConfig is what a BuildKit daemon needs to pull from where the engine pulls from.
type RegistryConfig struct {
	// Config is a buildkitd.toml with the engine's mirrors and insecure registries, empty when there are none.
	Config []byte
	// Loopback lists those of them that are on the loopback of the engine's host: the daemon must share its network.
	Loopback []string
	// Registries lists the hosts in Config, for the user to see.
	Registries []string
}

// registryTOML is one registry in a buildkitd.toml.
type registryTOML struct {
	Mirrors     []string  `toml:"mirrors,omitempty"`
	HTTP        *bool     `toml:"http,omitempty"`
	Insecure    *bool     `toml:"insecure,omitempty"`
	Authorities []string  `toml:"ca,omitempty"`
	Pairs       []keyPair `toml:"keypair,omitempty"`
}

// CertificateFolders are where this machine keeps certificates of registries: dockerd's folder, and certs.d beside
// the configuration file of the Docker CLI, which wins.
func CertificateFolders(client *builder.Client) []string {
	return []string{systemCertificates, filepath.Join(filepath.Dir(client.CLI().ConfigFile().Filename), "certs.d")}
}

// RegistryConfigOf derives from the engine's settings, and from the certs.d folders, what its builder needs, as
// buildkitd.toml(5) spells it. A registry the engine calls insecure may speak plain HTTP or TLS with any certificate:
// both are allowed, as dockerd does. One with certificates speaks TLS, also on loopback.
func RegistryConfigOf(e engine.Engine, certificateFolders ...string) (RegistryConfig, error) {
	var r RegistryConfig
	certified, err := certificatesIn(certificateFolders...)
	if err != nil {
		return RegistryConfig{}, errdefs.Classify(err, errdefs.ErrNotReady)
	}
	registries := map[string]registryTOML{}
	add := func(host string, entry registryTOML) {
		if _, known := registries[host]; !known {
			r.Registries = append(r.Registries, host)
			if engine.OnLoopback(host) {
				r.Loopback = append(r.Loopback, host)
			}
		}
		registries[host] = entry
	}
	yes, no := true, false
	var mirrors []string
	for _, text := range e.Mirrors {
		m := parseMirror(text)
		mirrors = append(mirrors, m.host+m.path)
		entry := registryTOML{}
		switch {
		case m.plainHTTP:
			entry.HTTP = &yes
		case engine.OnLoopback(m.host):
			entry.HTTP = &no // BuildKit takes loopback for plain HTTP unless told otherwise
		}
		add(m.host, entry)
	}
	for _, host := range e.Insecure {
		entry := registryTOML{HTTP: &yes}
		if !registries[host].plain() {
			entry.Insecure = &yes
		}
		add(host, entry)
	}
	for _, host := range slices.Sorted(maps.Keys(certified)) {
		entry := registries[host]
		entry.Authorities, entry.Pairs = certified[host].authorities, certified[host].pairs
		if entry.HTTP == nil {
			entry.HTTP = &no
		}
		add(host, entry)
	}
	if len(registries) == 0 {
		return r, nil
	}
	if len(mirrors) > 0 {
		hub := registries["docker.io"]
		hub.Mirrors = mirrors
		registries["docker.io"] = hub
	}
	config, err := toml.Marshal(map[string]any{"registry": registries})
	if err != nil {
		return RegistryConfig{}, fmt.Errorf("writing the builder's registry settings: %w", err)
	}
	r.Config = config
	return r, nil
}

// plain tells whether the registry speaks HTTP without TLS.
func (t registryTOML) plain() bool { return t.HTTP != nil && *t.HTTP }

// mirror is a registry mirror as buildkitd.toml names it: by its host, and the path its repositories are below.
type mirror struct {
	host, path string
	plainHTTP  bool
}

// parseMirror reads a mirror, which dockerd gives as a URL.
func parseMirror(text string) mirror {
	text = strings.TrimSuffix(text, "/")
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		return mirror{host: u.Host, path: u.Path, plainHTTP: u.Scheme == "http"}
	}
	return mirror{host: text}
}
