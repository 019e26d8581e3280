package create

import (
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

// Only settings that ask for nothing let a builder of another driver serve.
func TestAskedNothing(t *testing.T) {
	assert.Assert(t, settings{config: Config{Name: "b", Named: true, Use: true, Recreate: true}}.askedNothing())
	for _, config := range []Config{
		{DriverOpts: []string{"memory=1g"}}, {BuildkitdFlags: "--debug"}, {ConfigFile: "x"}, {Image: "moby/buildkit"},
	} {
		assert.Assert(t, !settings{config: config}.askedNothing(), "%+v", config)
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
