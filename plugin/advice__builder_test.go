package plugin

import (
	"errors"
	"fmt"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// What a builder lacks is said in the flags that help, wherever the error passes, and its class stays.
func TestInOurFlags(t *testing.T) {
	old := &builder.OldBuildKitError{Node: "b0", Version: "v0.11.2"}
	const oldText = `node "b0" runs BuildKit v0.11.2; v0.12.5 is the oldest that is used: name a newer image with ` +
		"--buildkit-image"
	fake := newFakeCLI(t)
	for name, tc := range map[string]struct {
		got   error
		class error
		want  string
	}{
		"init": {
			afterMachine(hostOf(fake), &builderError{amiss: amiss{fmt.Errorf("opening: %w", old)}, name: "b"}),
			builder.ErrNotReady, "opening: " + oldText,
		},
		"build": {afterBuilder(hostOf(fake), &unreadyError{old}), builder.ErrNotReady, oldText},
		"ask":   {afterAsking(&unreadyError{old}), builder.ErrNotReady, oldText},
		"node": {
			afterMachine(hostOf(fake), &builder.DaemonNodeError{Endpoint: "tcp://pi:1234"}), builder.ErrInput,
			"--node tcp://pi:1234 needs the driver remote, and all nodes of a builder have one driver: give such nodes a " +
				"builder of their own, with --builder NAME and a --node PLATFORM=tcp://HOST:PORT for each platform",
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorIs(t, tc.got, tc.class)
			assert.Equal(t, tc.got.Error(), tc.want)
		})
	}
	r := machineReport{Builder: builderReport{Name: "b", Problem: old.Error(), problem: old}}
	addFixes(&r)
	assert.Equal(t, r.Builder.Problem, oldText)
	other := errors.New("other")
	assert.Equal(t, inOurFlags(other), other)
}
