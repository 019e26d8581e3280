package advice

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Nothing stands in the way of a machine that is ready; what is missing is named with its cause and its cure.
func TestMachineVerdict(t *testing.T) {
	up := machine.BuilderReport{Name: "b", Status: "running", Running: true}
	runs := machine.Readiness{Platform: "linux/amd64", EngineRuns: true, BuilderRuns: true, BuilderProbed: true}
	assert.NilError(t, (&machine.Report{Builder: up, Platforms: []machine.Readiness{runs, {Untestable: true}}}).Err())
	broken := machine.Readiness{
		Platform:      "linux/arm64",
		BuilderRuns:   true,
		BuilderProbed: true,
		Reason:        "exit 255",
		Cause:         "it is disabled",
		Behind:        binfmt.Cause{Missing: true},
		Remedy:        machine.RemedyCause,
	}
	far := machine.Readiness{
		Platform: "linux/s390x", EngineRuns: true, BuilderProbed: true, Elsewhere: `node "farm1" at tcp://pi:1234`,
		Reason: "its certificate has expired",
	}
	for _, tc := range []struct {
		report machine.Report
		want   string
	}{
		{machine.Report{Builder: up, Platforms: []machine.Readiness{runs, broken}}, "explain-machine.golden"},
		{machine.Report{Builder: up, Platforms: []machine.Readiness{broken, far}}, "explain-node.golden"},
		{machine.Report{Builder: machine.BuilderReport{Name: "b", Status: "stopped"}, Platforms: []machine.Readiness{
			{Platform: "linux/amd64", EngineRuns: true},
		}}, "explain-stopped.golden"},
		{machine.Report{Builder: machine.BuilderReport{Name: "b", Problem: "its file is broken"}}, "explain-builder.golden"},
	} {
		err := AfterMachine(plugintest.NewCLI(t).Host(), tc.report.Err())
		assert.Equal(t, failure.ExitCode(err), failure.ExitNotReady)
		golden.Assert(t, explained(err), tc.want)
	}
}

// Folders that are not the user's are given back, and a builder of another engine gets a neighbour.
func TestNextOfBuilders(t *testing.T) {
	h := plugintest.NewCLI(t).Host()
	denied := &fs.PathError{Op: "open", Path: "/home/me/.docker/buildx/.lock", Err: fs.ErrPermission}
	elsewhere := machine.Report{Builder: machine.BuilderReport{
		Name: "multiplat", Status: "elsewhere", Problem: "it is elsewhere", Err: errdefs.ErrElsewhere,
	}}
	for _, tc := range []struct {
		err  error
		want string
	}{
		{
			AfterBuilder("multiplat", &build.UnreadyError{Err: fmt.Errorf("opening: %w", denied)}),
			`sudo chown -R "$(id -u)" /home/me/.docker/buildx`,
		},
		{
			AfterMachine(h, &machine.BuilderError{Name: "multiplat", Amiss: machine.Amiss{Err: denied}}),
			`sudo chown -R "$(id -u)" /home/me/.docker/buildx`,
		},
		{
			AfterMachine(h, &machine.BuilderError{Name: "farm", Ours: true, Amiss: machine.Amiss{
				Err: fmt.Errorf("starting: %w", &cluster.NamespaceError{Namespace: "ci", Kubeconfig: "/k"}),
			}}),
			"kubectl --kubeconfig /k create namespace ci && docker multiplat init",
		},
		{
			AfterMachine(h, elsewhere.Err()),
			"docker multiplat init --builder multiplat-here   (then build with --builder multiplat-here)",
		},
	} {
		assert.Equal(t, failure.ExitCode(tc.err), failure.ExitNotReady)
		assert.Assert(t, strings.Contains(explained(tc.err), "  next: "+tc.want+"\n"), explained(tc.err))
	}
}

// Beside a builder that init has not made another is made, whose name is said.
func TestBuilderOfOthersDiffers(t *testing.T) {
	differs := &machine.BuilderError{Name: "mine", Amiss: machine.Amiss{Err: errdefs.ErrDiffers}}
	told := explained(AfterMachine(plugintest.NewCLI(t).Host(), differs))
	assert.Check(
		t,
		strings.Contains(told, "next: docker multiplat init --builder mine-2   (then build with --builder mine-2)\n"),
		told,
	)
}

// An init that was interrupted and has made no builder is begun again, whatever it was at.
func TestAfterCutInit(t *testing.T) {
	cut := failure.Wrap(failure.ErrInterrupted, failure.ErrInterrupted, "docker info", "it was at: a probe")
	for made, want := range map[string]string{
		"": "docker multiplat init", "farm": "docker multiplat init --builder farm",
	} {
		told, ok := errors.AsType[*failure.Error](AfterCutInit(made, cut))
		assert.Assert(t, ok)
		assert.Equal(t, told.Next, want)
		assert.Equal(t, told.Notes[len(told.Notes)-1], "it was at: a probe")
	}
}
