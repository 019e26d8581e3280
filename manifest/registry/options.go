package registry

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
)

// Option sets one property of a Client.
type Option func(*Client)

// WithKeychain takes credentials from keychain. Default: anonymous.
func WithKeychain(keychain authn.Keychain) Option {
	return func(c *Client) { c.keychain = keychain }
}

// WithInsecure allows plain HTTP to these hosts (HOST or HOST:PORT, as in image
// names) and TLS certificates nobody vouches for, as the engine's
// insecure-registries do. Default: loopback alone.
func WithInsecure(hosts ...string) Option {
	return func(c *Client) {
		for _, host := range hosts {
			c.insecure[strings.ToLower(host)] = true
		}
	}
}

// WithCertificates reads certificate authorities and client certificates from
// these folders, laid out as docker's certs.d: DIR/HOST[:PORT]/ with *.crt for
// authorities, *.cert with the *.key of the same name for client certificates.
// Folders that are not there are skipped. Default: none, the system's
// authorities alone.
func WithCertificates(dirs ...string) Option {
	return func(c *Client) { c.certificates = append(c.certificates, dirs...) }
}

// WithRetryBudget limits how long one request waits of its own accord between
// tries; pauses the registry asked for with Retry-After do not count.
// Default: 60 s.
func WithRetryBudget(budget time.Duration) Option {
	return func(c *Client) { c.budget = budget }
}

// WithClock makes the client wait by clock. Default: the system's clock.
func WithClock(clock Clock) Option {
	return func(c *Client) { c.clock = clock }
}

// WithUserAgent is the first word of the User-Agent header; the name and
// version of go-containerregistry follow it. Default: "docker-multiplat".
func WithUserAgent(agent string) Option {
	return func(c *Client) { c.userAgent = agent }
}

// WithNotify calls notify with one line for people whenever a registry makes
// the client wait, like "rate limited by HOST, waiting 37 s (2 of 6)", and when
// a host of WithInsecure is used. It may be called from several goroutines at
// once. Default: nobody is told.
func WithNotify(notify func(msg string)) Option {
	return func(c *Client) { c.notify = notify }
}

// WithTransport sends requests through base, which then decides on proxies and
// certificates itself. Default: one http.Transport per host, with the
// certificates of WithCertificates and the proxy of the environment.
func WithTransport(base http.RoundTripper) Option {
	return func(c *Client) { c.base = base }
}

// WithDebug calls debug with one line for every request that was answered or
// failed: method, URL without its query, status and time. It holds no header and
// no body, hence no secret. Default: nobody is told.
func WithDebug(debug func(line string)) Option {
	return func(c *Client) { c.debug = debug }
}
