package plugin

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// registryOptions say which registries are trusted how.
type registryOptions struct {
	insecure     []string
	retryTimeout time.Duration
}

func (o *registryOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&o.insecure, "insecure-registry", nil,
		"Registry that may be spoken to in plain HTTP, or whose certificate is not checked (HOST[:PORT])")
	flags.DurationVar(&o.retryTimeout, "retry-timeout", defaultRetryTimeout,
		"How long a request is tried again; waits that a registry asks for come on top")
}

// defaultRetryTimeout is how long a request is tried again, unless the registry names a time itself.
const defaultRetryTimeout = time.Minute

func (o *registryOptions) validate() error {
	if o.retryTimeout < 0 {
		return usageError("--retry-timeout %s is less than nothing; give 0 to try once, or a time like 2m", o.retryTimeout)
	}
	return nil
}

// openForPush opens a repository and asks it for the right to push, which signing in does not tell everywhere.
func openForPush(ctx context.Context, client *registry.Client, name reference.Named) error {
	repository, err := client.Repository(ctx, name, registry.Push)
	if err == nil {
		err = repository.CheckPush(ctx)
	}
	if err != nil {
		return fmt.Errorf("opening %q: %w", name.Name(), err)
	}
	return nil
}

// client opens registries with the credentials of the Docker CLI, and the certificates of the engine and of the
// Docker CLI's configuration folder. notify gets one line per wait.
func (o *registryOptions) client(dockerCLI command.Cli, notify func(string)) *registry.Client {
	options := []registry.Option{
		registry.WithKeychain(registry.Keychain(dockerCLI.ConfigFile())),
		registry.WithInsecure(o.insecure...),
		registry.WithCertificates("/etc/docker/certs.d", filepath.Join(configFolder(dockerCLI), "certs.d")),
		registry.WithUserAgent("docker-multiplat/" + firstOf(BuildVersions().Version, "dev")),
		registry.WithNotify(notify),
		registry.WithRetryBudget(o.retryTimeout),
	}
	if debug.IsEnabled() {
		options = append(options, registry.WithDebug(func(line string) { say(dockerCLI, "%s", line) }))
	}
	return registry.New(options...)
}
