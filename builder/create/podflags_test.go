package create

import (
	"testing"

	"gotest.tools/v3/assert"
)

// Settings reach daemons without privileges as well, unless the user says where they are.
func TestPodFlags(t *testing.T) {
	for _, tc := range []struct{ flags, file, option, want string }{
		{"--debug", "b.toml", "rootless=true", "--debug --config /etc/buildkit/buildkitd.toml"},
		{"", "b.toml", "rootless=true", "--config /etc/buildkit/buildkitd.toml"},
		{"--config /c", "b.toml", "rootless=true", "--config /c"},
		{"--debug", "", "rootless=true", "--debug"},
		{"", "b.toml", "rootless=false", ""},
		{"", "b.toml", "replicas=2", ""},
	} {
		config := Config{BuildkitdFlags: tc.flags, ConfigFile: tc.file}
		assert.Equal(t, podFlags(config, NodeSpec{DriverOpts: []string{tc.option}}), tc.want)
	}
}
