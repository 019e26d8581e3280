package create

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// An option is set where it is named, wherever in a value it stands and however it is quoted.
func TestSetsOption(t *testing.T) {
	for _, tc := range []struct {
		options []string
		want    bool
	}{
		{nil, false},
		{[]string{"network=host"}, true},
		{[]string{"memory=1g", "network="}, true},
		{[]string{"memory=1g,network=host"}, true},
		{[]string{`"network=a,b"`}, true},
		{[]string{"networks=host"}, false},
		{[]string{"env.network=host"}, false},
		{[]string{"network"}, false},
	} {
		assert.Equal(t, setsOption(tc.options, "network"), tc.want, "%q", tc.options)
	}
}

// Who shares the host's network is told for which host it is.
func TestHostNetwork(t *testing.T) {
	registry, proxy := []string{"localhost:5000"}, []string{"127.0.0.1:3128"}
	for _, tc := range []struct {
		registries, proxies, options []string
		want                         string
	}{
		{nil, nil, nil, ""},
		{registry, nil, nil, "network=host: localhost:5000 is on the loopback of the engine's host"},
		{registry, proxy, nil, "network=host: localhost:5000 and 127.0.0.1:3128 are on the loopback of the engine's host"},
		{registry, registry, nil, "network=host: localhost:5000 is on the loopback of the engine's host"},
		{registry, nil, []string{"network=bridge"}, ""},
	} {
		s := settings{config: Config{DriverOpts: tc.options}}
		s.shareNetwork(tc.registries, tc.proxies)
		assert.Equal(t, strings.Join(s.notes, "\n"), tc.want)
		assert.Equal(t, len(s.derived), len(s.notes))
	}
}

// Mirrors are given as URLs, and named by host and path; only one that says http is plain.
func TestParseMirror(t *testing.T) {
	for text, want := range map[string]mirror{
		"http://localhost:5000/":   {host: "localhost:5000", plainHTTP: true},
		"https://mirror.corp":      {host: "mirror.corp"},
		"https://cache.corp/hub/":  {host: "cache.corp", path: "/hub"},
		"mirror.corp":              {host: "mirror.corp"},
		"http://[::1]:5000/v/hub":  {host: "[::1]:5000", path: "/v/hub", plainHTTP: true},
		"https://user@mirror.corp": {host: "mirror.corp"},
	} {
		assert.Equal(t, parseMirror(text), want, text)
	}
}
