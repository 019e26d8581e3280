package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
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

// client opens registries as the options say. notify gets one line per wait.
func (o *registryOptions) client(dockerCLI command.Cli, notify func(string)) *registry.Client {
	return hostOf(dockerCLI).registries(o.trust(), notify)
}

// trust is what the options say of registries.
func (o *registryOptions) trust() trust {
	return trust{insecure: o.insecure, retryTimeout: o.retryTimeout}
}
