package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// A docker context that is not there is bad input.
func TestUnknownContext(t *testing.T) {
	for _, args := range [][]string{{"ls"}, {"status"}, {"build", "-t", "app:1", t.TempDir()}} {
		err := newFakeCLI(t).inContext(t, "nope").run(t, args...)
		assert.Error(t, err, `there is no docker context "nope"; docker context ls lists those there are`)
		assert.Equal(t, ExitCode(err), failure.ExitInput)
	}
	assert.NilError(t, newFakeCLI(t).inContext(t, "nope").run(t, "version"))
}

// What is told to be run next is for the context that was chosen on the command line.
func TestNextKeepsTheContext(t *testing.T) {
	root := rootCommand(t, newFakeCLI(t))
	root.SetArgs([]string{"--context", "default", advice.Program, "publish", "reg.example/app:1"})
	told := explained(root.ExecuteContext(t.Context()))
	assert.Check(t, strings.Contains(told, "next: docker --context default multiplat build --test-local "), told)
}
