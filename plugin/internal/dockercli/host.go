package dockercli

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker/cli/cli-plugins/metadata"
	"github.com/docker/cli/cli/command"
	"github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Host is what the Docker CLI in use gives to the use cases. It holds the only command.Cli below command and view.
type Host struct {
	cli command.Cli
	// agent is the first word of the User-Agent of requests to registries.
	agent string
	// debug hears every request to a registry; nil: nobody does.
	debug func(line string)
	// tell hears of waits for other processes; nil: nobody does.
	tell func(line string)
}

// Telling is the host with somebody who hears of waits for other processes.
func (h Host) Telling(tell func(line string)) Host {
	h.tell = tell
	return h
}

// New returns a host. It contacts nothing.
func New(dockerCLI command.Cli, agent string, debug func(string)) Host {
	return Host{cli: dockerCLI, agent: agent, debug: debug}
}

// EngineClient speaks to the engine in use. Over ssh the client knows a placeholder for its host only.
func (h Host) EngineClient() client.APIClient {
	engine := h.cli.Client()
	if host := h.cli.DockerEndpoint().Host; strings.HasPrefix(host, "ssh://") {
		engine = sshEngine{engine, host}
	}
	if place := h.Elsewhere(); place != "" {
		engine = elsewhereEngine{engine, place}
	}
	return engine
}

// sshEngine is the client of an engine that is reached over ssh.
type sshEngine struct {
	client.APIClient
	host string
}

// DaemonHost implements [client.APIClient].
func (e sshEngine) DaemonHost() string { return e.host }

// CheckContext refuses a docker context that is not there: nothing could be reached through it.
func (h Host) CheckContext() error {
	name := h.cli.CurrentContext()
	if name == "" || name == command.DefaultContextName {
		return nil
	}
	if _, err := h.cli.ContextStore().GetMetadata(name); err != nil {
		return failure.Usage("there is no docker context %q; docker context ls lists those there are", name)
	}
	return nil
}

// Builders gives the builders of the Docker CLI in use.
func (h Host) Builders() *builder.Client { return builder.New(h.cli).Telling(h.tell) }

// Context is the docker context in use.
func (h Host) Context() string { return h.cli.CurrentContext() }

// Endpoint is the address of the engine in use, or the docker context that has it.
func (h Host) Endpoint() string { return h.Builders().Endpoint() }

// ConfigFolder is where the Docker CLI's configuration is.
func (h Host) ConfigFolder() string { return filepath.Dir(h.cli.ConfigFile().Filename) }

// StateFolder is where locks, and what init has found, are kept.
func (h Host) StateFolder() string { return h.Builders().StateFolder() }

// StoreFolder is where drafts live: MULTIPLAT_STORE, else a folder beside the Docker CLI's configuration file, or where
// else there is one to write to.
func (h Host) StoreFolder() string {
	if folder := os.Getenv("MULTIPLAT_STORE"); folder != "" {
		return folder
	}
	beside := filepath.Join(h.ConfigFolder(), "multiplat", "store")
	if _, err := os.Stat(beside); err == nil {
		return beside
	}
	return filepath.Join(h.StateFolder(), "store")
}

// HasStore tells whether there is a store, and makes none.
func (h Host) HasStore() bool {
	_, err := os.Stat(h.StoreFolder())
	return !errors.Is(err, os.ErrNotExist)
}

// Trust says which registries are trusted how, and how long a request is tried again.
type Trust struct {
	Insecure     []string
	RetryTimeout time.Duration
}

// Registries opens registries with the credentials of the Docker CLI, and the certificates of the engine and of the
// Docker CLI's configuration folder. notify gets one line per wait.
func (h Host) Registries(t Trust, notify func(string)) *registry.Client {
	options := []registry.Option{
		registry.WithKeychain(registry.Keychain(h.cli.ConfigFile())),
		registry.WithInsecure(t.Insecure...),
		registry.WithCertificates("/etc/docker/certs.d", filepath.Join(h.ConfigFolder(), "certs.d")),
		registry.WithUserAgent(h.agent),
		registry.WithNotify(notify),
		registry.WithRetryBudget(t.RetryTimeout),
	}
	if h.debug != nil {
		options = append(options, registry.WithDebug(h.debug))
	}
	return registry.New(options...)
}

// HostEnv makes test scripts speak to the engine that has the images.
func (h Host) HostEnv() []string {
	switch place := h.Elsewhere(); {
	case isAddress(place):
		return []string{"DOCKER_CONTEXT=", "DOCKER_HOST=" + place, "DOCKER_TLS_VERIFY="}
	case place == command.DefaultContextName: // which DOCKER_HOST may lead to
		return []string{"DOCKER_CONTEXT=" + place}
	}
	if name := h.cli.CurrentContext(); name != "" && name != command.DefaultContextName {
		return []string{"DOCKER_CONTEXT=" + name, "DOCKER_HOST="}
	}
	return nil
}

// Composer is the command line of the compose plugin for the engine that has the images.
func (h Host) Composer() []string {
	words := []string{cmp.Or(os.Getenv(metadata.ReexecEnvvar), "docker"), "--config", h.ConfigFolder()}
	switch name := h.cli.CurrentContext(); {
	case isAddress(h.Elsewhere()):
		words = append(words, "--host", h.Elsewhere())
	case name == "" || name == command.DefaultContextName:
		words = append(words, "--host", h.Endpoint())
	}
	return append(words, "compose")
}

// RegistryAuth is the login for the registry of an image, as the engine takes it.
func (h Host) RegistryAuth(image string) (string, error) {
	return command.RetrieveAuthTokenFromImage(h.cli.ConfigFile(), image)
}
