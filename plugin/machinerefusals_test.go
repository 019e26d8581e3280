package plugin

import (
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/command"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
)

func TestMachineRefusals(t *testing.T) {
	assertRefused(t, []refusal{
		{"status progress", []string{"status", "--progress", "x"}, []string{`"x"`, "use auto, plain"}},
		{"status format", []string{"status", "--format", "x"}, []string{`"x"`, "table or json"}},
		{"status platform", []string{"status", "--platform", "all,amd64"}, []string{`"all"`}},
		{"status with an argument", []string{"status", "a"}, []string{"takes 0 arguments, not 1"}},
		{"deinit off a terminal", []string{"deinit", "--emulators"}, []string{"--emulators", "add --force"}},
		{"deinit with an argument", []string{"deinit", "a"}, []string{"takes 0 arguments, not 1"}},
		{"node without endpoint", []string{"init", "--node", "linux/arm64"}, []string{`"linux/arm64"`, "ssh://host"}},
		{
			"node for an unknown platform",
			[]string{"init", "--node", "linux/nonsense=ssh://h"},
			[]string{`"linux/nonsense=ssh://h"`},
		},
		{"BuildKit image", []string{"init", "--buildkit-image", "A//b"}, []string{`--buildkit-image "A//b"`}},
		{"binfmt image", []string{"init", "--binfmt-image", ""}, []string{`--binfmt-image ""`}},
		{
			"image twice",
			[]string{"init", "--buildkit-image", "a", "--driver-opt", "image=b"},
			[]string{`--buildkit-image "a"`, "give one"},
		},
	})
}

// A record that cannot be read is named before the engine is asked anything.
func TestStatusReadsBrokenRecord(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, machine.WriteRecord(command.HostOf(fake), machine.Record{}))
	assert.NilError(t, os.WriteFile(machine.RecordFile(command.HostOf(fake)), []byte("{"), 0o600))
	err := fake.run(t, "status", "--builder", "far")
	assert.Equal(t, ExitCode(err), failure.ExitNotReady)
	assert.ErrorContains(t, err, machine.RecordFile(command.HostOf(fake)))
	assert.Check(t, strings.Contains(explained(err), "next: docker multiplat init --builder far\n"), explained(err))
}
