package plugin

import (
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/streams"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// deafCLI is a Docker CLI whose standard output takes nothing.
type deafCLI struct{ command.Cli }

func (deafCLI) Out() *streams.Out { return streams.NewOut(fullDisk{io.Discard}) }

// fullDisk is a file without room.
type fullDisk struct{ io.Writer }

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A result that cannot be printed does not hide that the tag was written.
func TestPublishedAndNotPrinted(t *testing.T) {
	for _, args := range [][]string{{"publish"}, {"publish", "--quiet"}} {
		reg := newFakeRegistry(t)
		fake := newFakeCLI(t)
		name := reg.Host + "/app:1"
		d := plugintest.SavePassed(t, plugintest.OpenStore(t, fake), name, "app")
		cmd := rootCommand(t, deafCLI{fake.Cli})
		cmd.SetArgs(append(append([]string{advice.Program}, args...), name))
		err := cmd.ExecuteContext(t.Context())
		assert.Equal(t, ExitCode(err), failure.ExitNotReady, "%v", err)
		assert.Check(t, strings.Contains(explained(err), "published all the same: "+name+"@"+d.Index.Digest.String()),
			explained(err))
	}
}

// A help that cannot be printed is no success.
func TestHelpAndNotPrinted(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"build", "--help"}, {"ls", "--help"}, {"help", "ls"}, {}} {
		for full, dockerCLI := range map[bool]command.Cli{true: deafCLI{newFakeCLI(t).Cli}, false: newFakeCLI(t).Cli} {
			root := rootCommand(t, dockerCLI)
			root.SetArgs(append([]string{advice.Program}, args...))
			assert.NilError(t, root.ExecuteContext(t.Context()))
			cmd, _, err := root.Find([]string{advice.Program})
			assert.NilError(t, err)
			code := ExitCode(Unprinted(cmd))
			assert.Equal(t, code == failure.ExitNotReady, full, "%q: %d", args, code)
		}
	}
}

// Nor is a version.
func TestVersionAndNotPrinted(t *testing.T) {
	root := rootCommand(t, deafCLI{newFakeCLI(t).Cli})
	root.SetArgs([]string{advice.Program, "version"})
	assert.Equal(t, ExitCode(root.ExecuteContext(t.Context())), failure.ExitNotReady)
}
