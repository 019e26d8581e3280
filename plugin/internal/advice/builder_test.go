package advice

import (
	"errors"
	"fmt"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What a builder lacks is said in the flags that help, wherever the error passes, and its class stays.
func TestInOurFlags(t *testing.T) {
	old := &builder.OldBuildKitError{Node: "b0", Version: "v0.11.2"}
	const oldText = `node "b0" runs BuildKit v0.11.2; v0.12.5 is the oldest that is used: name a newer image with ` +
		"--buildkit-image"
	fake := plugintest.NewCLI(t)
	for name, tc := range map[string]struct {
		got   error
		class error
		want  string
	}{
		"init": {
			AfterMachine(fake.Host(), &machine.BuilderError{Amiss: machine.Amiss{Err: fmt.Errorf("opening: %w", old)}, Name: "b"}),
			errdefs.ErrNotReady, "opening: " + oldText,
		},
		"build": {AfterBuilder("multiplat", &build.UnreadyError{Err: old}), errdefs.ErrNotReady, oldText},
		"ask":   {AfterAsking(&build.UnreadyError{Err: old}), errdefs.ErrNotReady, oldText},
		"node": {
			AfterMachine(fake.Host(), &create.DaemonNodeError{Endpoint: "tcp://pi:1234"}), errdefs.ErrInput,
			"--node tcp://pi:1234 needs the driver remote, and all nodes of a builder have one driver: give such nodes a " +
				"builder of their own, with --builder NAME and a --node PLATFORM=tcp://HOST:PORT for each platform",
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorIs(t, tc.got, tc.class)
			assert.Equal(t, tc.got.Error(), tc.want)
		})
	}
	r := machine.Report{Builder: machine.BuilderReport{Name: "b", Problem: old.Error(), Err: old}}
	AddFixes(&r, nil)
	assert.Equal(t, r.Builder.Problem, oldText)
	other := errors.New("other")
	assert.Equal(t, inOurFlags(other), other)
}
