package builder

import (
	"encoding/csv"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/system"
)

// maskedUser is what an engine puts in the place of user and password in a proxy's address (dockerd,
// config.MaskCredentials).
const maskedUser = "xxxxx"

// noProxy is the variable that lists hosts; the others are addresses.
const noProxy = "NO_PROXY"

func proxiesOf(info system.Info) map[string]string {
	var proxies map[string]string
	for name, value := range map[string]string{
		"HTTP_PROXY": info.HTTPProxy, "HTTPS_PROXY": info.HTTPSProxy, noProxy: info.NoProxy,
	} {
		if value == "" {
			continue
		}
		if proxies == nil {
			proxies = map[string]string{}
		}
		proxies[name] = value
	}
	return proxies
}

// proxies are what the builder's daemon is told of the ways out.
type proxies struct {
	driverOpts []string
	// notes say what was done, without passwords.
	notes []string
	// loopback is true when one of them is on the loopback of the engine's host.
	loopback bool
}

// proxyOptions give the builder's daemon the proxies of the engine, or those of the Docker CLI's configuration (cli)
// where they say more: an engine does not tell the passwords. A variable that the user sets with a driver option of
// their own stays theirs.
func proxyOptions(engine, cli map[string]string, asked []string) (proxies, error) {
	var p proxies
	for _, name := range slices.Sorted(maps.Keys(merged(engine, cli))) {
		value := engine[name]
		if value == "" || masked(value) {
			value = cli[name]
		}
		switch {
		case setsOption(asked, "env."+name):
		case value == "":
			p.notes = append(p.notes, fmt.Sprintf("the engine's %s has a password that it does not tell: the builder has to "+
				"be given it, with --driver-opt env.%s=URL", name, name))
		default:
			opt, err := quoted("env." + name + "=" + value)
			if err != nil {
				return proxies{}, err
			}
			p.driverOpts = append(p.driverOpts, opt)
			p.notes = append(p.notes, fmt.Sprintf("the builder uses the proxy %s=%s", name, withoutPassword(value)))
			u, err := parseProxy(value)
			p.loopback = p.loopback || err == nil && name != noProxy && onLoopback(u.Host)
		}
	}
	return p, nil
}

func merged(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, b)
	return out
}

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

// quoted makes one field of a driver option, whose commas would separate it otherwise.
func quoted(field string) (string, error) {
	var out strings.Builder
	w := csv.NewWriter(&out)
	if err := w.Write([]string{field}); err != nil {
		return "", fmt.Errorf("passing on a proxy: %w", err)
	}
	w.Flush()
	return strings.TrimSuffix(out.String(), "\n"), w.Error()
}
