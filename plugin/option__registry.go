package plugin

import (
	"time"

	"github.com/spf13/pflag"
)

// registryOptions say which registries are trusted how.
type registryOptions struct {
	insecure     []string
	retryTimeout time.Duration
}

// addFlags binds them.
func (o *registryOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&o.insecure, "insecure-registry", nil,
		"Registry that may be spoken to in plain HTTP, or whose certificate is not checked (HOST[:PORT])")
	flags.DurationVar(&o.retryTimeout, "retry-timeout", defaultRetryTimeout,
		"How long a request is tried again; waits that a registry asks for come on top")
}

// defaultRetryTimeout is how long a request is tried again, unless the registry names a time itself.
const defaultRetryTimeout = time.Minute

// validate refuses what is no time.
func (o *registryOptions) validate() error {
	if o.retryTimeout < 0 {
		return usageError("--retry-timeout %s is less than nothing; give 0 to try once, or a time like 2m", o.retryTimeout)
	}
	return nil
}

// trust is what the options say of registries.
func (o *registryOptions) trust() trust {
	return trust{insecure: o.insecure, retryTimeout: o.retryTimeout}
}
