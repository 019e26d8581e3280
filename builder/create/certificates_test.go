package create

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	buildkitdconfig "github.com/moby/buildkit/cmd/buildkitd/config"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

func TestRegistryConfigOfCertificates(t *testing.T) {
	system, user := t.TempDir(), t.TempDir()
	write := func(parts ...string) string {
		file := filepath.Join(parts...)
		assert.NilError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		assert.NilError(t, os.WriteFile(file, nil, 0o600))
		return file
	}
	write(system, "a.corp", "ca.crt")
	write(system, "README")
	authority := write(user, "a.corp", "other.crt")
	certificate, key := write(user, "localhost:5000", "me.cert"), write(user, "localhost:5000", "me.key")
	assert.NilError(t, os.MkdirAll(filepath.Join(user, "empty"), 0o700))

	reach, err := RegistryConfigOf(
		engine.Engine{Mirrors: []string{"https://a.corp"}},
		system,
		user,
		filepath.Join(user, "none"),
	)
	assert.NilError(t, err)
	assert.DeepEqual(t, reach.Registries, []string{"a.corp", "localhost:5000"})
	assert.Assert(t, len(reach.Loopback) > 0)
	config, err := buildkitdconfig.Load(strings.NewReader(string(reach.Config)))
	assert.NilError(t, err)
	assert.DeepEqual(t, config.Registries["a.corp"].RootCAs, []string{authority})
	assert.DeepEqual(t, config.Registries["docker.io"].Mirrors, []string{"a.corp"})
	loopback := config.Registries["localhost:5000"]
	assert.Assert(t, !*loopback.PlainHTTP)
	assert.Equal(t, loopback.KeyPairs[0].Certificate+" "+loopback.KeyPairs[0].Key, certificate+" "+key)

	write(user, "b.corp", "lonely.cert")
	_, err = RegistryConfigOf(engine.Engine{}, user)
	assert.ErrorIs(t, err, errdefs.ErrNotReady)
	assert.ErrorContains(t, err, "lonely.cert")
}
