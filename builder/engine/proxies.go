package engine

import "github.com/moby/moby/api/types/system"

// NoProxy is the variable that lists hosts; the others are addresses.
const NoProxy = "NO_PROXY"

// proxiesOf are the proxy variables that an engine has.
func proxiesOf(info system.Info) map[string]string {
	var proxies map[string]string
	for name, value := range map[string]string{
		"HTTP_PROXY": info.HTTPProxy, "HTTPS_PROXY": info.HTTPSProxy, NoProxy: info.NoProxy,
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
