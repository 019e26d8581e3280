package option

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Registry say which registries are trusted how.
type Registry struct {
	Insecure     []string
	RetryTimeout time.Duration
}

// AddFlags binds them.
func (o *Registry) AddFlags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&o.Insecure, "insecure-registry", nil,
		"Registry that may be spoken to in plain HTTP, or whose certificate is not checked (HOST[:PORT])")
	flags.DurationVar(&o.RetryTimeout, "retry-timeout", DefaultRetryTimeout,
		"How long a request is tried again; waits that a registry asks for come on top")
}

// DefaultRetryTimeout is how long a request is tried again, unless the registry names a time itself.
const DefaultRetryTimeout = time.Minute

// Validate refuses what is no time.
func (o *Registry) Validate() error {
	if o.RetryTimeout < 0 {
		return failure.Usage("--retry-timeout %s is less than nothing; give 0 to try once, or a time like 2m", o.RetryTimeout)
	}
	for _, host := range o.Insecure {
		if !isHost(host) {
			return failure.Usage("--insecure-registry %q is no host; give it as HOST[:PORT], like registry.example:5000", host)
		}
	}
	return nil
}

// isHost tells HOST[:PORT].
func isHost(text string) bool {
	domain := regexp.MustCompile("^(?:" + reference.DomainRegexp.String() + ")$")
	parsed, err := url.Parse("//" + text)
	if err != nil || parsed.Host != text || parsed.Hostname() == "" || !domain.MatchString(text) {
		return false
	}
	port := parsed.Port()
	if port == "" {
		return !strings.HasSuffix(text, ":")
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// Trust is what the options say of registries.
func (o *Registry) Trust() dockercli.Trust {
	return dockercli.Trust{Insecure: o.Insecure, RetryTimeout: o.RetryTimeout}
}
