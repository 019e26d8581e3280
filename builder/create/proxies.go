package create

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

// maskedUser is what an engine puts in the place of user and password in a proxy's address (dockerd,
// config.MaskCredentials).
const maskedUser = "xxxxx"

// proxies are what the builder's daemon is told of the ways out.
type proxies struct {
	driverOpts []string
	// notes say what was done, without passwords.
	notes []string
	// loopback are those that are on the loopback of the engine's host.
	loopback []string
}

// proxyOptions give the builder's daemon the proxies of the engine, or those of the Docker CLI's configuration (ofCLI)
// where they say more: an engine does not tell the passwords. A variable that the user sets with a driver option of
// their own stays theirs.
func proxyOptions(ofEngine, ofCLI map[string]string, asked []string) (p proxies) {
	for _, name := range slices.Sorted(maps.Keys(merged(ofEngine, ofCLI))) {
		value := ofEngine[name]
		if value == "" || masked(value) {
			value = ofCLI[name]
		}
		switch {
		case setsOption(asked, "env."+name):
		case value == "":
			p.notes = append(p.notes, fmt.Sprintf("the engine's %s has a password that it does not tell: the builder has to "+
				"be given it, with --driver-opt env.%s=URL", name, name))
		default:
			p.driverOpts = append(p.driverOpts, keyvalue.Field("env."+name+"="+value))
			p.notes = append(p.notes, fmt.Sprintf("the builder uses the proxy %s=%s", name, withoutPassword(value)))
			if u, err := parseProxy(value); err == nil && name != engine.NoProxy && engine.OnLoopback(u.Host) {
				p.loopback = append(p.loopback, u.Host)
			}
		}
	}
	return p
}

// merged has the keys of both.
func merged(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, b)
	return out
}

// masked tells whether an engine has hidden user and password of an address.
func masked(proxy string) bool {
	u, err := parseProxy(proxy)
	return err == nil && u.User != nil && u.User.Username() == maskedUser
}

// withoutPassword is an address as it may be shown.
func withoutPassword(address string) string {
	if !strings.Contains(address, "@") {
		return address
	}
	u, err := parseProxy(address)
	if err != nil {
		return "…" // whatever it is, there may be a password in it
	}
	shown := u.Redacted()
	if !strings.Contains(address, "://") {
		shown = strings.TrimPrefix(shown, "http://")
	}
	return shown
}

// parseProxy reads an address as Go's HTTP client does, which takes one without a scheme for HTTP.
func parseProxy(address string) (*url.URL, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	return url.Parse(address)
}
