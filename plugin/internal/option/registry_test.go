package option

import (
	"testing"

	"gotest.tools/v3/assert"
)

// A registry is named by its host, whatever kind of name that is, with or without a port.
func TestIsHost(t *testing.T) {
	for _, host := range []string{
		"registry.example", "a.b.registry.example:5000", "localhost", "localhost:5000", "my-host", "10.0.0.1", "10.0.0.1:5000",
		"[::1]:5000", "Registry.Example:443",
	} {
		assert.Check(t, isHost(host), host)
	}
	for _, text := range []string{
		"", "x y", "x;y", "$(id)", "http://registry.example", "registry.example/team", "registry.example:", ":5000",
		"registry.example:http", "registry.example:70000", "-x", "me@registry.example",
	} {
		assert.Check(t, !isHost(text), text)
	}
}
