package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A builder whose file is broken is made anew by one command that can be pasted.
func TestBrokenBuilderFile(t *testing.T) {
	fake := newFakeCLI(t)
	fake.AddBuilder(t, "multiplat")
	file := filepath.Join(fake.Folder, "buildx", "instances", "multiplat")
	assert.NilError(t, os.WriteFile(file, []byte("{"), 0o600))
	for _, more := range [][]string{nil, {"--builder", "multiplat"}, {"--call", "check"}} {
		args := append([]string{"build", "-t", "app:1", plugintest.BuildContext(t)}, more...)
		err := fake.run(t, args...)
		assert.Equal(t, ExitCode(err), failure.ExitNotReady, "%v", err)
		want := "  next: rm " + file + " && docker multiplat init --builder multiplat\n"
		assert.Check(t, strings.HasSuffix(explained(err), want), explained(err))
		assert.Equal(t, strings.Count(explained(err), "next:"), 1)
	}
}
