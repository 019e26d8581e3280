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
	denied := &builder.AccessError{Err: errors.New("Unauthorized: no"), Kubeconfig: "/k"}
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

// Where the machine of a node in Kubernetes has no emulator, its pods are made anew so that they install it.
func TestFixInPods(t *testing.T) {
	row := machine.Readiness{Platform: "linux/riscv64", Remedy: machine.RemedyInPods}
	assert.Equal(t, fixOf(&row),
		"docker multiplat init --recreate --driver-opt qemu.install=true --platform linux/riscv64")
}
