package option

import (
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What is staged goes to the repository of each name, once.
func TestStage(t *testing.T) {
	names := []reference.NamedTagged{
		plugintest.Named(t, "r.example/a:1"), plugintest.Named(t, "r.example/a:2"), plugintest.Named(t, "b:1"),
	}
	none, err := Stage("", names, nil)
	assert.NilError(t, err)
	assert.Check(t, !none.Used())
	s, err := Stage("registry", names, []string{"other.example"})
	assert.NilError(t, err)
	assert.Check(t, is.DeepEqual(s.Repositories, []string{"r.example/a", "docker.io/library/b"}))
	assert.Check(t, !s.Insecure)
	s, err = Stage("registry", names, []string{"r.example"})
	assert.NilError(t, err)
	assert.Check(t, s.Insecure)
	_, err = Stage("disk", names, nil)
	assert.ErrorContains(t, err, `unknown --stage "disk"; use registry`)
}
