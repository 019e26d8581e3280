package plugin

import (
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// Nothing stands in the way of a machine that is ready; what is missing is named with its cause and its cure.
func TestMachineVerdict(t *testing.T) {
	up := builderReport{Name: "b", Status: "running", running: true}
	runs := readiness{Platform: "linux/amd64", EngineRuns: true, BuilderRuns: true, BuilderProbed: true}
	assert.NilError(t, (&machineReport{Builder: up, Platforms: []readiness{runs, {Untestable: true}}}).err())
	broken := readiness{
		Platform:      "linux/arm64",
		BuilderRuns:   true,
		BuilderProbed: true,
		Reason:        "exit 255",
		Cause:         "it is disabled",
		behind:        binfmt.Cause{Missing: true},
		remedy:        remedyCause,
	}
	for _, tc := range []struct {
		report machineReport
		want   string
	}{
		{machineReport{Builder: up, Platforms: []readiness{runs, broken}}, "explain-machine.golden"},
		{machineReport{Builder: builderReport{Name: "b", Status: "stopped"}, Platforms: []readiness{
			{Platform: "linux/amd64", EngineRuns: true},
		}}, "explain-stopped.golden"},
		{machineReport{Builder: builderReport{Name: "b", Problem: "its file is broken"}}, "explain-builder.golden"},
	} {
		err := afterMachine(newTestCLI(t).host(), tc.report.err())
		assert.Equal(t, codeOf(err), exitNotReady)
		golden.Assert(t, explained(err), tc.want)
	}
}
