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

func proxiesOf(info system.Info) map[string]string {
	var proxies map[string]string
	for name, value := range map[string]string{
		"HTTP_PROXY": info.HTTPProxy, "HTTPS_PROXY": info.HTTPSProxy, "NO_PROXY": info.NoProxy,
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

// proxyOptions are the driver options that give the builder's daemon the proxies of the engine, or those of the
// Docker CLI's configuration (cli) where they say more: an engine does not tell the passwords. The notes say what was
// done, without passwords. A variable that the user sets with a driver option of their own stays theirs.
func proxyOptions(engine, cli map[string]string, asked []string) (driverOpts, notes []string, err error) {
	for _, name := range slices.Sorted(maps.Keys(merged(engine, cli))) {
		value := engine[name]
		if value == "" || masked(value) {
			value = cli[name]
		}
		switch {
		case setsOption(asked, "env."+name):
		case value == "":
			notes = append(notes, fmt.Sprintf("the engine's %s has a password that it does not tell: the builder has to "+
				"be given it, with --driver-opt env.%s=URL", name, name))
		default:
			opt, err := quoted("env." + name + "=" + value)
			if err != nil {
				return nil, nil, err
			}
			driverOpts = append(driverOpts, opt)
			notes = append(notes, fmt.Sprintf("the builder uses the proxy %s=%s", name, withoutPassword(value)))
		}
	}
	return driverOpts, notes, nil
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
	u, err := url.Parse(proxy)
	return err == nil && u.User != nil && u.User.Username() == maskedUser
}

// withoutPassword is an address as it may be shown.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "…" // whatever it is, there may be a password in it
	}
	return u.Redacted()
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
