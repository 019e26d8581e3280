package builder

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/flags"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// DOCKER_HOST beats the context but does not change its name: the builder of that name may be another engine's.
func TestResolveRefusesTheBuilderOfAnotherEngine(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BUILDX_CONFIG", dir)
	assert.NilError(t, os.Mkdir(filepath.Join(dir, "instances"), 0o700))
	group := `{"Name":"multiplat","Driver":"docker-container","Nodes":[{"Name":"multiplat0","Endpoint":"tcp://10.0.0.1:2375"}]}`
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "instances", "multiplat"), []byte(group), 0o600))

	name, err := New(cliFor(t, "tcp://10.0.0.1:2375")).Resolve("")
	assert.NilError(t, err)
	assert.Equal(t, name, "multiplat")

	other := New(cliFor(t, "tcp://10.0.0.2:2375"))
	_, err = other.Resolve("")
	assert.ErrorIs(t, err, errdefs.ErrNotReady)
	assert.ErrorIs(t, err, errdefs.ErrElsewhere)
	assert.ErrorContains(t, err, "tcp://10.0.0.1:2375, but the engine in use is tcp://10.0.0.2:2375")

	name, err = other.Resolve("multiplat") // whoever names it means it
	assert.NilError(t, err)
	assert.Equal(t, name, "multiplat")
}

// cliFor is a Docker CLI that uses the engine at host; nothing is contacted.
func cliFor(t *testing.T, host string) command.Cli {
	t.Helper()
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	dockerCLI, err := command.NewDockerCli()
	assert.NilError(t, err)
	options := flags.NewClientOptions()
	options.Hosts = []string{host}
	assert.NilError(t, dockerCLI.Initialize(options))
	return dockerCLI
}
