package advice

import (
	"errors"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// No init mends an access that a cluster does not accept: the user signs in, with the kubeconfig of the builder.
func TestAfterAccess(t *testing.T) {
	denied := &builder.AccessError{Err: errors.New("Unauthorized: no"), Denied: true, Kubeconfig: "/k"}
	made := &machine.BuilderError{Amiss: machine.Amiss{Err: denied}, Name: "b", Ours: true}
	for _, err := range []error{
		AfterBuilder("b", &build.UnreadyError{Err: denied}), AfterAsking(&build.UnreadyError{Err: denied}),
		AfterMachine(plugintest.NewCLI(t).Host(), made),
	} {
		assert.Equal(t, failure.ExitCode(err), failure.ExitNotReady)
		assert.Check(t, is.Contains(explained(err), "next: kubectl --kubeconfig /k auth whoami "))
		assert.Check(t, !strings.Contains(explained(err), "init"), explained(err))
	}
}

// No init brings a node back that does not answer: it is asked by what reaches it.
func TestAfterLostNode(t *testing.T) {
	away := &builder.AccessError{Err: errors.New("connection refused"), Kubeconfig: "/k"}
	for want, lost := range map[string]*builder.DownError{
		"docker --context pi version   (until it answers)":                        {Builder: "b", Engine: "pi", Away: true},
		"docker --host ssh://me@pi version   (until it answers)":                  {Builder: "b", Engine: "ssh://me@pi", Away: true},
		"docker multiplat status --builder b   (to see whether it answers again)": {Builder: "b", Away: true},
	} {
		row := machine.Readiness{
			Platform: "linux/arm64", EngineRuns: true, BuilderProbed: true, Remedy: machine.RemedyReach, Lost: lost,
		}
		assert.Equal(t, fixOf(&row), want)
		h := plugintest.NewCLI(t).Host()
		report := machine.Report{
			Builder: machine.BuilderReport{Name: "b", Running: true}, Platforms: []machine.Readiness{row},
		}
		assert.Check(t, is.Contains(explained(AfterMachine(h, report.Err())), "next: "+want+"\n"))
		none := &machine.NotReadyError{Amiss: machine.Amiss{Err: lost}, Builder: "b", Lost: true, Engine: lost.Engine}
		assert.Check(t, is.Contains(explained(AfterMachine(h, none)), "next: "+want+"\n"))
		none.Cause = away
		assert.Check(
			t,
			is.Contains(explained(AfterMachine(h, none)), "next: kubectl --kubeconfig /k version   (until the cluster"),
		)
	}
}

// Where the machine of a node in Kubernetes has no emulator, its pods are made anew so that they install it.
func TestFixInPods(t *testing.T) {
	row := machine.Readiness{Platform: "linux/riscv64", Remedy: machine.RemedyInPods}
	assert.Equal(t, fixOf(&row),
		"docker multiplat init --recreate --driver-opt qemu.install=true --platform linux/riscv64")
}
