package create

import (
	"strings"
	"testing"

	buildkitdconfig "github.com/moby/buildkit/cmd/buildkitd/config"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
)

func TestRegistryConfigOf(t *testing.T) {
	for _, tc := range []struct {
		name       string
		engine     engine.Engine
		registries []string
		loopback   []string
	}{
		{name: "nothing named", engine: engine.Engine{}},
		{name: "mirror on loopback", engine: engine.Engine{Mirrors: []string{"http://localhost:5000/"}}, registries: []string{"localhost:5000"}, loopback: []string{"localhost:5000"}},
		{name: "mirror elsewhere", engine: engine.Engine{Mirrors: []string{"https://mirror.corp/"}}, registries: []string{"mirror.corp"}},
		{name: "insecure by name", engine: engine.Engine{Insecure: []string{"reg.corp:5000"}}, registries: []string{"reg.corp:5000"}},
		{name: "insecure on IPv6 loopback", engine: engine.Engine{Insecure: []string{"[::1]:5000"}}, registries: []string{"[::1]:5000"}, loopback: []string{"[::1]:5000"}},
		{
			name:       "both the same",
			engine:     engine.Engine{Mirrors: []string{"http://localhost:5000"}, Insecure: []string{"localhost:5000"}},
			registries: []string{"localhost:5000"}, loopback: []string{"localhost:5000"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			reach, err := RegistryConfigOf(tc.engine)
			assert.NilError(t, err)
			assert.DeepEqual(t, reach.Registries, tc.registries)
			assert.DeepEqual(t, reach.Loopback, tc.loopback)
			assert.Equal(t, len(reach.Config) == 0, len(tc.registries) == 0)
		})
	}
}

// BuildKit itself must understand what is written for it.
func TestRegistryConfigOfIsReadByBuildKit(t *testing.T) {
	reach, err := RegistryConfigOf(engine.Engine{
		Mirrors: []string{
			"http://localhost:5000/",
			"https://mirror.corp",
			"https://cache.corp/hub/",
			"https://localhost:5443",
		},
		Insecure: []string{"localhost:5000", "reg.corp:5000"},
	})
	assert.NilError(t, err)
	config, err := buildkitdconfig.Load(strings.NewReader(string(reach.Config)))
	assert.NilError(t, err)
	assert.DeepEqual(t, config.Registries["docker.io"].Mirrors,
		[]string{"localhost:5000", "mirror.corp", "cache.corp/hub", "localhost:5443"})
	assert.Assert(t, *config.Registries["localhost:5000"].PlainHTTP)
	assert.Assert(t, config.Registries["localhost:5000"].Insecure == nil)
	assert.Assert(t, *config.Registries["reg.corp:5000"].PlainHTTP)
	assert.Assert(t, *config.Registries["reg.corp:5000"].Insecure)
	assert.Assert(t, config.Registries["mirror.corp"].PlainHTTP == nil)
	assert.Assert(t, config.Registries["cache.corp"].PlainHTTP == nil)
	assert.Assert(t, !*config.Registries["localhost:5443"].PlainHTTP)
}
